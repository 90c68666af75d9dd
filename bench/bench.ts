import { join } from "node:path";
import { runGrowth } from "./growth/run-growth.ts";
import { HELP, type Options, readOptions } from "./read-options.ts";
import { writeResults } from "./report/results-file.ts";
import { writeTable } from "./report/table.ts";
import { runWorks } from "./run-works.ts";
import { FULL_SIZES } from "./sizes.ts";
import { WORKS } from "./work/works.ts";

const CLIENTS_MAX = 256;

/** `npm run bench`: Pail beside its peers, as a table and as bench/results/latest.json. */
async function runBench(options: Options): Promise<void> {
  const unknown = options.only.filter((name) => WORKS.every((work) => work.name !== name));
  if (unknown.length > 0) {
    throw new TypeError(`--only: no such work: ${unknown} (there are ${WORKS.map(({ name }) => name)})`);
  }
  const works = options.only.length === 0 ? WORKS : WORKS.filter(({ name }) => options.only.includes(name));
  const sizes = { ...FULL_SIZES, rounds: options.rounds ?? FULL_SIZES.rounds };
  const results = await runWorks(works, { ...options, sizes });
  process.stdout.write(writeTable(results.rows));
  // Some of the works alone are no result to be kept beside the whole.
  const name = works === WORKS ? "latest.json" : "partial.json";
  await writeResults(join(options.out, name), results);
  process.stdout.write(`${join(options.out, name)}\n`);
}

const options = readOptions(process.argv.slice(2));
if (options === "help") process.stdout.write(HELP);
else if (options.isGrowth)
  await runGrowth({ ...options, clientsMax: CLIENTS_MAX, repeats: options.rounds ?? 5, rateSeconds: 2 });
else await runBench(options);
