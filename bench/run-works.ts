import { type BenchOptions, openBench } from "./bench-context.ts";
import { isMissing } from "./measure/interleave.ts";
import { describeCommit, describeMachine } from "./report/machine.ts";
import type { Results } from "./report/results-file.ts";
import { toRow } from "./report/row.ts";
import { FULL_SIZES } from "./sizes.ts";
import type { Work } from "./work/work.ts";

/** Measures one work after another. @throws Error if any is broken: a wrong answer, a series that is not there. */
export async function runWorks(works: readonly Work[], options: BenchOptions): Promise<Results> {
  const bench = await openBench(options);
  try {
    const nginx = isMissing(bench.nginx) ? bench.nginx.missing : bench.nginx.version;
    const head = {
      machine: await describeMachine(nginx),
      commit: await describeCommit(),
      startedAt: new Date().toISOString(),
      rounds: options.sizes.rounds,
      workers: bench.workers,
      generator: bench.generator.name,
      isFullSize:
        JSON.stringify({ ...options.sizes, rounds: 0 }) === JSON.stringify({ ...FULL_SIZES, rounds: 0 }),
    };
    const rows = [];
    for (const work of works) {
      bench.say(work.name);
      const series = await work.measure(bench);
      rows.push(...work.rows.map((plan) => toRow(plan, series)));
    }
    return { ...head, rows };
  } finally {
    await bench.close();
  }
}
