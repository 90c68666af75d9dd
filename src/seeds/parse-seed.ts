import { hash } from "node:crypto";
import { dirname } from "node:path";
import { checkSeed } from "./check-seed.ts";
import { checkShape } from "./check-shape.ts";
import { readYaml } from "./read-yaml.ts";
import type { Seed } from "./seed.ts";
import type { SeedPath } from "./seed-path.ts";
import { type SeedProblem, SeedRefusal, type SeedSource } from "./seed-problems.ts";
import type { SeedContent } from "./seed-schema.ts";

/**
 * Reads a seed of YAML or JSON.
 *
 * @param fileName for messages; paths in the seed lead from its folder.
 * @throws SeedRefusal with everything that is wrong.
 */
export function parseSeed(text: string, { fileName }: { readonly fileName: string }): Seed {
  const { value, source, problems } = readYaml(text, fileName);
  if (problems.length > 0) throw new SeedRefusal(source, problems);
  return finish(value, source, dirname(fileName));
}

/** The same for an object of a program. Paths in it lead from the working directory. */
export function parseSeedObject(value: unknown): Seed {
  // What JSON does not have is not there, as in a file.
  const { value: copy, problems } = readYaml(JSON.stringify(value) ?? "", undefined);
  const source: SeedSource = { fileName: undefined, positionOf: () => undefined };
  if (problems.length > 0) throw new SeedRefusal(source, problems);
  return finish(copy, source, ".");
}

function finish(read: unknown, source: SeedSource, folder: string): Seed {
  // An empty file is a seed of nothing.
  const value = read ?? {};
  const shape = checkShape(value);
  const { rest, indexes } = shape.length === 0 ? { rest: value, indexes: {} } : withoutEntries(value, shape);
  const content = rest as SeedContent;
  const { problems, ...checked } = checkSeed(content, folder);
  // What has the wrong shape is left out of the second check, so that its name may be missing there.
  const others =
    shape.length === 0
      ? problems
      : problems
          .filter(({ isOfMissing }) => isOfMissing !== true)
          .map((problem) => ({ ...problem, path: pathInFile(problem.path, indexes) }));
  if (shape.length + others.length > 0) throw new SeedRefusal(source, [...shape, ...others]);
  return { content, source, folder, digest: hash("sha256", canonicalJson(content), "hex"), ...checked };
}

/** For each list, where the entries that are left stand in the file. */
type KeptIndexes = Readonly<Record<string, readonly number[]>>;

/** Without fields, and entries of the lists in them, that have a problem. */
function withoutEntries(
  value: unknown,
  problems: readonly SeedProblem[],
): { readonly rest: object; readonly indexes: KeptIndexes } {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return { rest: {}, indexes: {} };
  const isWrong = (field: string, index?: number) =>
    problems.some(
      ({ path }) => path[0] === field && (index === undefined ? path.length === 1 : path[1] === index),
    );
  const fields = Object.entries(value).filter(([field]) => !isWrong(field));
  const indexes = Object.fromEntries(
    fields.flatMap(([field, list]): [string, number[]][] =>
      Array.isArray(list) ? [[field, [...list.keys()].filter((index) => !isWrong(field, index))]] : [],
    ),
  );
  const rest = fields.map(([field, list]) => [
    field,
    indexes[field]?.map((index) => (list as readonly unknown[])[index]) ?? list,
  ]);
  return { rest: Object.fromEntries(rest), indexes };
}

function pathInFile(path: SeedPath, indexes: KeptIndexes): SeedPath {
  const [field, index, ...below] = path;
  if (typeof field !== "string" || typeof index !== "number") return path;
  return [field, indexes[field]?.[index] ?? index, ...below];
}

function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) =>
    typeof each === "object" && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );
}
