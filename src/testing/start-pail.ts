import { controlPail } from "./control-pail.ts";
import type { Pail, PailOptions } from "./pail.ts";
import { startInChild } from "./start-in-child.ts";

export type * from "./pail.ts";
export type * from "./seed.ts";

/**
 * Starts Pail for tests: on a free port of 127.0.0.1, with data of its own that are gone when it ends. Any number run side by side. It
 * also ends with the process that has started it.
 *
 * @throws Error that says all that is wrong with the seed, or with a setting.
 */
export async function startPail(options: PailOptions = {}): Promise<Pail> {
  checkOptions(options);
  const started =
    options.inProcess === true
      ? await (await import("./start-in-process.ts")).startInProcess(options)
      : await startInChild(options);
  return controlPail(started);
}

const OPTIONS: readonly string[] = [
  "seed",
  "inProcess",
  "sendWebhooks",
  "settings",
] satisfies (keyof PailOptions)[];

/** For programs without types: an option that is mistyped would be left out without a word. */
function checkOptions(options: PailOptions): void {
  const unknown = Object.keys(options).filter((name) => !OPTIONS.includes(name));
  if (unknown.length > 0)
    throw new Error(`startPail has no option ${unknown.join(", ")}: it takes ${OPTIONS.join(", ")}`);
  for (const name of ["data", "port"])
    if (options.settings?.[name] !== undefined)
      throw new Error(`settings.${name}: startPail chooses it, so that servers do not meet`);
}
