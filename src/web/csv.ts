/**
 * A cell that a spreadsheet would take for a formula begins with one of these, in full width too where people write Japanese:
 * OWASP, "CSV Injection".
 */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;
/** Some spreadsheets divide at a semicolon or a tab, which would begin another cell. */
const QUOTED = /[",;\t\r\n]/;

/** One line of RFC 4180. */
export function csvLine(cells: readonly (string | number | undefined)[]): string {
  return `${cells.map((cell) => csvCell(String(cell ?? ""))).join(",")}\r\n`;
}

function csvCell(text: string): string {
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return QUOTED.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** For a file that people store and no browser shows or keeps. The name is ours. */
export function downloadHeaders(name: string, contentType: string): Record<string, string> {
  return {
    "content-type": `${contentType}; charset=utf-8`,
    "content-disposition": `attachment; filename="${name}"`,
    "cache-control": "private, no-store",
  };
}
