import { stripVTControlCharacters } from "node:util";

/** Results go to stdout. */
export function printLine(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Messages, apart from the result, so that scripts get only the result. */
export function printNote(text: string): void {
  process.stderr.write(`${text}\n`);
}

export function printJson(value: unknown): void {
  printLine(JSON.stringify(value, undefined, 2));
}

/** Of a terminal as wide as any; scripts take JSON. */
const WIDTH_MAX = 80;
/** Nothing is cut to less. */
const CELL_WIDTH_MIN = 8;
const GAP = 2;
/** Commands that take an id take its first characters too. */
const ID_LENGTH = 8;
const WRAPPED_INDENT = 4;

/**
 * One line an entry under the names of the columns, in 80 columns: ids are shortened to what names them in other commands, and
 * the longest cells are cut, and end with "…" then. `nothing`
 * is printed when there is no entry.
 */
export function printTable(
  columns: readonly string[],
  rows: readonly (readonly string[])[],
  nothing: string,
): void {
  if (rows.length === 0) {
    printNote(nothing);
    return;
  }
  const shown = rows.map((row) =>
    row.map((cell, index) => (columns[index] === "id" ? cell.slice(0, ID_LENGTH) : printable(cell))),
  );
  const lines = [columns.map((column) => column.toUpperCase()), ...shown];
  const widths = fitWidths(
    columns.map((_, index) => Math.max(...lines.map((line) => [...(line[index] ?? "")].length))),
  );
  for (const line of lines)
    printLine(
      line
        .map((cell, index) => pad(cut(cell, widths[index] ?? 0), widths[index] ?? 0))
        .join(" ".repeat(GAP))
        .trimEnd(),
    );
}

/** An entry whole, in parts that follow one another: what does not fit a line goes on in the next, set in. */
export function printWrapped(parts: readonly string[]): void {
  let line = "";
  for (const part of parts.map(printable)) {
    if (line !== "" && line.length + 1 + part.length > WIDTH_MAX) {
      printLine(line);
      line = " ".repeat(WRAPPED_INDENT - 1);
    }
    line += line === "" ? part : ` ${part}`;
  }
  printLine(line);
}

/** One entry whole: a line a field, and one for each value of a list. */
export function printFields(entry: Readonly<Record<string, unknown>>): void {
  const width = Math.max(...Object.keys(entry).map((name) => name.length)) + GAP;
  for (const [name, value] of Object.entries(entry)) {
    const [first = "-", ...more] = [value ?? []].flat().map((each) => printable(String(each)));
    printLine(`${pad(name, width)}${first}`);
    for (const each of more) printLine(`${pad("", width)}${each}`);
  }
}

/** Takes from the widest column, until all fit or none can give. */
export function fitWidths(wanted: readonly number[]): readonly number[] {
  const widths = [...wanted];
  const room = WIDTH_MAX - GAP * (widths.length - 1);
  for (let over = widths.reduce((sum, width) => sum + width, 0) - room; over > 0; over -= 1) {
    const widest = widths.indexOf(Math.max(...widths));
    if (widths[widest]! <= CELL_WIDTH_MIN) break;
    widths[widest]! -= 1;
  }
  return widths;
}

function cut(cell: string, width: number): string {
  const characters = [...cell];
  return characters.length <= width ? cell : `${characters.slice(0, width - 1).join("")}…`;
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
