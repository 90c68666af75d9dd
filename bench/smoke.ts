import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GROWTHS, runGrowth } from "./growth/run-growth.ts";
import { listResultProblems, writeResults } from "./report/results-file.ts";
import { writeTable } from "./report/table.ts";
import { runWorks } from "./run-works.ts";
import { SMOKE_SIZES } from "./sizes.ts";
import { WORKS } from "./work/works.ts";

/** `npm run bench:smoke`: whether every benchmark works, with tiny sizes. Fails on a broken one and never on a number. */
const folder = await mkdtemp(join(tmpdir(), "pail-bench-smoke-"));
try {
  const results = await runWorks(WORKS, { sizes: SMOKE_SIZES, cache: folder, workers: 2 });
  process.stdout.write(writeTable(results.rows));
  const file = join(folder, "latest.json");
  await writeResults(file, results);
  const problems = await listResultProblems(
    file,
    WORKS.flatMap(({ rows }) => rows),
  );
  const growth = { cache: folder, out: folder, only: [], workers: 2, largest: 1_000, clientsMax: 2 };
  await runGrowth({ ...growth, repeats: 1, rateSeconds: 1 });
  for (const { name } of GROWTHS) {
    const plot = await readFile(join(folder, `growth-${name}.svg`), "utf8");
    if (!plot.startsWith("<svg ") || !plot.includes("<path"))
      problems.push(`the plot "${name}" is no picture`);
  }
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length === 0 ? 0 : 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
