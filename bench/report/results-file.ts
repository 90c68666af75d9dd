import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { Machine } from "./machine.ts";
import type { Row } from "./row.ts";

export type Results = {
  readonly machine: Machine;
  /** Of the checkout; with `-dirty` if it has changes. */
  readonly commit: string;
  readonly startedAt: string;
  readonly rounds: number;
  /** Serving processes of Pail, and of the raw Node beside it. */
  readonly workers: number;
  /** What sent the requests whose rate is given. */
  readonly generator: string;
  /** Whether the sizes are those of the goals. */
  readonly isFullSize: boolean;
  readonly rows: readonly Row[];
};

export async function writeResults(file: string, results: Results): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(results, undefined, 2)}\n`);
}

/** @returns what is wrong in a file of results: its shape and the rows it must have, never its numbers. */
export async function listResultProblems(
  file: string,
  plans: readonly { readonly work: string }[],
): Promise<string[]> {
  const { machine, commit, rows } = JSON.parse(await readFile(file, "utf8")) as Partial<Results>;
  const problems: string[] = [];
  if (typeof machine !== "object" || machine === null) problems.push("machine is not an object");
  if (typeof commit !== "string" || commit === "") problems.push("commit is not a text");
  if (!Array.isArray(rows)) return [...problems, "rows is not a list"];
  if (rows.length !== plans.length) problems.push(`there are ${rows.length} rows of ${plans.length}`);
  for (const { work } of plans) {
    if (!rows.some((row) => row.work === work)) problems.push(`the row "${work}" is missing`);
  }
  for (const row of rows as readonly Row[]) problems.push(...rowProblems(row));
  return problems;
}

function rowProblems(row: Row): readonly string[] {
  const isText = (value: unknown) => typeof value === "string" && value !== "";
  const isNumber = (value: unknown) => typeof value === "number" && Number.isFinite(value);
  const name = `row "${row.work}"`;
  if (![row.work, row.peer, row.goal].every(isText)) return [`${name}: work, peer and goal must be texts`];
  if ("skipped" in row)
    return isText(row.skipped) && row.ratio === null ? [] : [`${name}: skipped without a reason`];
  const numbers = [row.ratio, ...[row.ratios, row.pail, row.against].flatMap(Object.values)];
  if (!numbers.every(isNumber)) return [`${name}: a number is missing`];
  return row.met === null || typeof row.met === "boolean" ? [] : [`${name}: met is neither true nor false`];
}
