import { availableParallelism, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";

/** What the person asked for on the command line. */
export type Options = {
  readonly cache: string;
  readonly workers: number;
  readonly rounds: number | undefined;
  /** Only the works of these names; all if there is none. */
  readonly only: readonly string[];
  /** The largest size of the growth plots. */
  readonly largest: number;
  readonly isGrowth: boolean;
  readonly out: string;
};

export const HELP = `npm run bench [-- options]

  --rounds N     rounds of every measurement (default 7)
  --only NAMES   some of the works, by a comma list
  --workers N    serving processes of Pail (default: the cores; 1 if this Pail has no --workers)
  --cache DIR    where generated repositories are kept (default: pail-bench in the temporary folder)
  --out DIR      where results go (default: bench/results)
  --growth       plot time against size, instead
  --largest N    the largest size of the plots (default 1000000)
`;

const RESULTS = join(import.meta.dirname, "results");

/** @throws TypeError, naming it, for an option that is not there or is not a number where it must be one. */
export function readOptions(args: readonly string[]): Options | "help" {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: text,
      only: text,
      workers: text,
      cache: text,
      out: text,
      largest: text,
      growth: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return "help";
  return {
    cache: resolve(values.cache ?? join(tmpdir(), "pail-bench")),
    workers: positiveNumber("workers", values.workers) ?? availableParallelism(),
    rounds: positiveNumber("rounds", values.rounds),
    only: values.only?.split(",") ?? [],
    largest: positiveNumber("largest", values.largest) ?? 1_000_000,
    isGrowth: values.growth,
    out: resolve(values.out ?? RESULTS),
  };
}

function positiveNumber(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new TypeError(`--${name} must be a whole number from 1`);
  return value;
}
