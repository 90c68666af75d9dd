import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describeCommit, describeMachine } from "../report/machine.ts";
import { type Point, writePlot } from "../report/plot.ts";
import { clients } from "./clients.ts";
import { commits } from "./commits.ts";
import { type Growth, type GrowthOptions, openGrowthContext } from "./growth.ts";
import { refs } from "./refs.ts";
import { repositories } from "./repositories.ts";
import { tokens } from "./tokens.ts";

export const GROWTHS: readonly Growth[] = [commits, refs, repositories, tokens, clients];

/** Plots each of them, and keeps the points beside the plots as growth.json. */
export async function runGrowth(
  options: GrowthOptions & { readonly out: string; readonly only: readonly string[] },
) {
  const { out, only } = options;
  const unknown = only.filter((name) => GROWTHS.every((growth) => growth.name !== name));
  if (unknown.length > 0) {
    throw new TypeError(`--only: no such plot: ${unknown} (there are ${GROWTHS.map(({ name }) => name)})`);
  }
  await mkdir(out, { recursive: true });
  await mkdir(options.cache, { recursive: true });
  const machine = await describeMachine("not measured");
  const context = await openGrowthContext(options);
  const plots: Record<string, readonly Point[]> = {};
  try {
    for (const growth of GROWTHS.filter(({ name }) => only.length === 0 || only.includes(name))) {
      const points = await growth.measure(context);
      plots[growth.name] = points;
      const file = join(out, `growth-${growth.name}.svg`);
      await writeFile(file, writePlot({ ...growth, points }));
      process.stdout.write(`${file}\n`);
    }
  } finally {
    await context.close();
  }
  const name = only.length === 0 ? "growth.json" : "growth-partial.json";
  const results = { machine, commit: await describeCommit(), largest: options.largest, plots };
  await writeFile(join(out, name), `${JSON.stringify(results, undefined, 2)}\n`);
}
