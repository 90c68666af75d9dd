import type { Spread } from "../measure/spread.ts";
import type { Row } from "./row.ts";

const HEAD = ["work", "against", "ratio (min–max)", "goal", "met", "Pail (min–max)", "other (min–max)"];

/** The rows as a table in Markdown, which also reads well in a terminal. */
export function writeTable(rows: readonly Row[]): string {
  const cells = [HEAD, ...rows.map(cellsOf)];
  const widths = HEAD.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)));
  const lines = cells.map(
    (row) => `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(" | ")} |`,
  );
  lines.splice(1, 0, `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`);
  const reasons = new Set(rows.flatMap((row) => ("skipped" in row ? [row.skipped] : [])));
  return `${[...lines, ...[...reasons].map((reason) => `skipped: ${reason}`)].join("\n")}\n`;
}

function cellsOf(row: Row): readonly string[] {
  if ("skipped" in row) return [row.work, row.peer, "skipped", row.goal, "–", "", ""];
  return [
    row.work,
    row.peer,
    spreadText(row.ratios),
    row.goal,
    row.met === null ? "–" : row.met ? "yes" : "NO",
    `${spreadText(row.pail)} ${row.unit}`.trimEnd(),
    `${spreadText(row.against)} ${row.unit}`.trimEnd(),
  ];
}

function spreadText({ median, min, max }: Spread): string {
  return min === max ? numberText(median) : `${numberText(median)} (${numberText(min)}–${numberText(max)})`;
}

/** Three digits that count. */
export function numberText(value: number): string {
  if (value !== 0 && Math.abs(value) < 0.001) return value.toExponential(1);
  return Number(value.toPrecision(3)).toLocaleString("en-US", { maximumFractionDigits: 6 });
}
