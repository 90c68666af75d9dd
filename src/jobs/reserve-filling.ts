import type { Ports } from "../ports.ts";

/** Not among the first things of a start. */
const BEGIN_MS = 500;
const STEP_MS = 60_000;

/** Keeps the reserve of room on the disk, until the returned function is called. */
export function startReserveFilling({
  config,
  diskReserve,
}: Pick<Ports, "config" | "diskReserve">): () => Promise<void> {
  // With PostgreSQL no revocation needs room here.
  if (config.database.kind !== "sqlite") return async () => {};
  const fill = () => void diskReserve.fill();
  const begin = setTimeout(fill, BEGIN_MS);
  const timer = setInterval(fill, STEP_MS);
  begin.unref();
  timer.unref();
  return async () => {
    clearTimeout(begin);
    clearInterval(timer);
    await diskReserve.idle();
  };
}
