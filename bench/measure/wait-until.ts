import { setTimeout as delay } from "node:timers/promises";

const STEP_MS = 5;

/** Waits until `isDone` says so. @throws Error naming `what` after `msMax`. */
export async function waitUntil(
  what: string,
  isDone: () => boolean | Promise<boolean>,
  msMax = 30_000,
): Promise<void> {
  const deadline = performance.now() + msMax;
  while (!(await isDone())) {
    if (performance.now() > deadline) throw new Error(`waited ${msMax} ms until ${what}`);
    await delay(STEP_MS);
  }
}
