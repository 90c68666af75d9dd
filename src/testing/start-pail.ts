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
  const started =
    options.inProcess === true
      ? await (await import("./start-in-process.ts")).startInProcess(options)
      : await startInChild(options);
  return controlPail(started);
}
