import type { Failure } from "../../../model/failure.ts";
import { databaseUnavailable } from "../database-failure.ts";

/**
 * The purpose of a connection. Reads leave a connection free for revocations, and writes, which may wait for locks,
 * leave some free for reads: even if everything is locked, readers can go on, and access can be removed.
 */
export type ConnectionUse = "read" | "write" | "revocation";

export type ConnectionTurns = {
  /**
   * Waits for a connection, in the order of the calls.
   *
   * @returns what ends the turn.
   * @throws Failure unavailable after `waitMsMax`, or at once if `waitingMax` are waiting already.
   */
  take(use: ConnectionUse): Promise<() => void>;
  /** Limits the number of connections for a while, since the server refuses more; never to less than one. */
  limit(connections: number, forMs: number): void;
};

type Waiting = { readonly use: ConnectionUse; enter(): void };

/** With fewer connections than this, keeping some free would cost more than it is worth. */
const RESERVING_MIN = 4;

function mostOf(use: ConnectionUse, connections: number): number {
  if (connections < RESERVING_MIN || use === "revocation") return connections;
  return use === "read" ? connections - 1 : connections - 2;
}

export function openConnectionTurns({
  connectionsMax,
  waitMsMax,
  waitingMax,
}: {
  readonly connectionsMax: number;
  readonly waitMsMax: number;
  readonly waitingMax: number;
}): ConnectionTurns {
  const queue: Waiting[] = [];
  let connections = connectionsMax;
  let taken = 0;
  let restore: NodeJS.Timeout | undefined;

  const isFree = (use: ConnectionUse) => taken < mostOf(use, connections);

  function give(): () => void {
    taken += 1;
    let hasEnded = false;
    return () => {
      if (hasEnded) return;
      hasEnded = true;
      taken -= 1;
      admit();
    };
  }

  function admit(): void {
    for (;;) {
      const next = queue.findIndex(({ use }) => isFree(use));
      if (next === -1) return;
      queue.splice(next, 1)[0]!.enter();
    }
  }

  return {
    async take(use) {
      if (isFree(use) && !queue.some((waiting) => waiting.use === use)) return give();
      if (queue.length >= waitingMax) throw noneFree("too many requests wait for the database");
      const { promise, resolve, reject } = Promise.withResolvers<() => void>();
      const waiting: Waiting = { use, enter: () => resolve(give()) };
      queue.push(waiting);
      const late = setTimeout(() => {
        const position = queue.indexOf(waiting);
        if (position === -1) return;
        queue.splice(position, 1);
        reject(noneFree(`no connection was free within ${waitMsMax} ms`));
      }, waitMsMax);
      return promise.finally(() => clearTimeout(late));
    },
    limit(count, forMs) {
      connections = Math.max(1, Math.min(count, connectionsMax));
      clearTimeout(restore);
      restore = setTimeout(() => {
        connections = connectionsMax;
        admit();
      }, forMs);
      restore.unref();
    },
  };
}

function noneFree(reason: string): Failure {
  return databaseUnavailable(reason);
}
