import { stripVTControlCharacters } from "node:util";

/** Results go to stdout. */
export function printLine(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** What is said beside a result, so that scripts get the result alone. */
export function printNote(text: string): void {
  process.stderr.write(`${text}\n`);
}

export function printJson(value: unknown): void {
  printLine(JSON.stringify(value, undefined, 2));
}

/** One line an entry under the names of the columns. `nothing` is printed when there is no entry. */
export function printTable(
  columns: readonly string[],
  rows: readonly (readonly string[])[],
  nothing: string,
): void {
  if (rows.length === 0) {
    printNote(nothing);
    return;
  }
  const lines = [columns.map((column) => column.toUpperCase()), ...rows.map((row) => row.map(printable))];
  const widths = columns.map((_, index) => Math.max(...lines.map((line) => [...(line[index] ?? "")].length)));
  for (const line of lines)
    printLine(
      line
        .map((cell, index) => pad(cell, widths[index] ?? 0))
        .join("  ")
        .trimEnd(),
    );
}

/** Names are free text: in a terminal they must not move the cursor or begin a line. */
function printable(cell: string): string {
  return stripVTControlCharacters(cell).replace(/\p{C}/gu, "?");
}

function pad(cell: string, width: number): string {
  return cell + " ".repeat(width - [...cell].length);
}

/** To the minute, in UTC, for tables. */
export function shortInstant(instant: Date): string {
  return `${instant.toISOString().slice(0, 16).replace("T", " ")}Z`;
}
