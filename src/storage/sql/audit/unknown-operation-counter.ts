import { readFileSync } from "node:fs";
import type { Logger } from "pino";
import { openOperationPaths } from "../../../model/operation-path.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { projectFile } from "../../../project-files.ts";
import type { Database } from "../database.ts";
import { addUnknownRequests, type UnknownOperation } from "./unknown-operations.ts";

/**
 * Counts requests for operations that this server does not have, so that operators who replace Bitbucket by it see what
 * is missing.
 */
export type UnknownOperations = {
  /** @returns the requested operation, without names, ids or secrets. */
  count(method: string, path: string, accountUuid: Uuid | undefined): string;
  /** Writes the counts. */
  flush(): Promise<void>;
};

const OPERATIONS = projectFile("reference/operations.tsv");
/** A client in a loop costs one statement per interval. */
const FLUSH_MS = 2_000;
/** The most operations between two flushes; more are not counted. */
const COUNTED_MAX = 1_000;
const METHODS: readonly string[] = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"];

export function openUnknownOperationCounter({
  database,
  clock,
  log,
}: {
  readonly database: Pick<Database, "transaction">;
  readonly clock: () => Date;
  readonly log: Logger;
}): UnknownOperations {
  let counted = new Map<string, UnknownOperation>();
  let timer: NodeJS.Timeout | undefined;
  let describe: ReturnType<typeof openOperationPaths> | undefined;

  async function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    if (counted.size === 0) return;
    const entries = [...counted.values()];
    counted = new Map();
    try {
      await database.transaction((tx) => addUnknownRequests(tx, entries));
    } catch (error) {
      log.warn({ err: error }, "unknown operations were not counted");
    }
  }

  return {
    count(sentMethod, path, lastAccountUuid) {
      const method = METHODS.includes(sentMethod) ? sentMethod : "OTHER";
      describe ??= openOperationPaths(readFileSync(OPERATIONS, "utf8"));
      const operation = describe(method === "HEAD" ? "GET" : method, path);
      const name = `${method} ${operation.path}`;
      const before = counted.get(name);
      const now = clock();
      if (before !== undefined || counted.size < COUNTED_MAX)
        counted.set(name, {
          method,
          ...operation,
          requests: (before?.requests ?? 0) + 1,
          firstAt: before?.firstAt ?? now,
          lastAt: now,
          lastAccountUuid,
        });
      // The timer does not keep the process running: closing writes the remaining counts.
      timer ??= setTimeout(() => void flush(), FLUSH_MS).unref();
      return name;
    },
    flush,
  };
}
