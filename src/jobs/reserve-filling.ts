import type { Ports } from "../ports.ts";

/** The delay keeps this out of the way of a start. */
const BEGIN_MS = 500;
const STEP_MS = 60_000;

/** Keeps the disk reserve filled, until the returned function is called. */
export function startReserveFilling({
  config,
  diskReserve,
}: Pick<Ports, "config" | "diskReserve">): () => Promise<void> {
  // With PostgreSQL a revocation needs no space on this disk.
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
