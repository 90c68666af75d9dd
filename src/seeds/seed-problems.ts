import { Failure } from "../model/failure.ts";
import { type SeedPath, showPath } from "./seed-path.ts";

export type Position = { readonly line: number; readonly column: number };

/** Where the parts of a seed stand in its file. */
export type SeedSource = {
  /** As it was named, for messages. Undefined: the seed is an object of a program. */
  readonly fileName: string | undefined;
  /** Of the value, or of its name; of the nearest part around it if it is not there. Undefined without a file. */
  positionOf(path: SeedPath, of: "value" | "name"): Position | undefined;
};

export type SeedProblem = {
  readonly path: SeedPath;
  readonly what: string;
  /** Whether it is about the name of the field, not about its value. */
  readonly isOfName?: boolean;
  /** Whether it names an entry that is not there. */
  readonly isOfMissing?: boolean;
  /** Whether it only follows from another: what it is about needs what was refused. */
  readonly isNotTried?: boolean;
  /** Where there is no path yet, since the file cannot be read. */
  readonly position?: Position;
};

/** More than anybody mends at once. */
const SHOWN_MAX = 50;

/** Everything that is wrong with a seed, each problem on a line as compilers have it: `FILE:LINE:COLUMN: path: what`. */
export class SeedRefusal extends Failure {
  readonly problems: readonly string[];

  constructor(source: SeedSource, problems: readonly SeedProblem[]) {
    const lines = inOrder(source, problems).map((problem) => showProblem(source, problem));
    const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
    const more = lines.length > SHOWN_MAX ? [`and ${lines.length - SHOWN_MAX} more`] : [];
    const text = [...lines.slice(0, SHOWN_MAX), ...more].join("\n");
    super("invalid-input", `Cannot use the seed, nothing was started (${count}):\n${text}`);
    this.problems = lines;
  }
}

/** Causes first, so that they are among those that are shown. */
function inOrder(source: SeedSource, problems: readonly SeedProblem[]): readonly SeedProblem[] {
  const rank = (problem: SeedProblem) => {
    const { line, column } = positionOf(source, problem) ?? { line: 0, column: 0 };
    return line * 1_000_000 + column;
  };
  const follows = ({ isNotTried = false }: SeedProblem) => Number(isNotTried);
  return problems.toSorted((a, b) => follows(a) - follows(b) || rank(a) - rank(b));
}

function positionOf(source: SeedSource, { path, isOfName = false, position }: SeedProblem) {
  return position ?? source.positionOf(path, isOfName ? "name" : "value");
}

function showProblem(source: SeedSource, problem: SeedProblem): string {
  const position = positionOf(source, problem);
  const place = position === undefined ? [] : [`:${position.line}:${position.column}`];
  const path = showPath(problem.path);
  return [[source.fileName ?? "seed", ...place].join(""), ...(path === "" ? [] : [path]), problem.what].join(
    ": ",
  );
}
