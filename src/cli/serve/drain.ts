import { setTimeout as delay } from "node:timers/promises";
import type { Ports } from "../../ports.ts";

/** A process that still serves and says that it is not ready, until proxies have seen it. */
export type Drain = {
  /** Returns at once. Called again it changes nothing. */
  begin(): void;
  /** Waits until the time is up. */
  end(): Promise<void>;
};

export function openDrain({ config, stopping }: Pick<Ports, "config" | "stopping">): Drain {
  let drained: Promise<void> | undefined;
  const begin = () => {
    stopping.isStopping = true;
    drained ??= delay(config.drainSeconds * 1_000);
  };
  return {
    begin,
    async end() {
      begin();
      await drained;
    },
  };
}
