import type { Kysely } from "kysely";
import type { Database } from "./database.ts";
import { isDiskFull } from "./database-failure.ts";
import type { Lookups, Prepare } from "./lookups/lookups.ts";
import type { Dialect } from "./migrations/migration.ts";
import type { Schema } from "./schema.ts";
import type { TransactionOptions } from "./transaction-options.ts";

export type MakeRoom = () => Promise<boolean>;

export type Connections = {
  readonly dialect: Dialect;
  readonly kysely: Kysely<Schema>;
  /** Runs a transaction once. */
  readonly transaction: <T>(
    work: (tx: Kysely<Schema>) => Promise<T>,
    options: TransactionOptions,
  ) => Promise<T>;
  readonly prepare: Prepare;
  readonly cacheLookups: (prepared: Lookups) => Pick<Database, "lookups" | "requestLookups">;
  /** Waits for the turn of a transaction with this subject. @returns what ends the turn. */
  readonly takeSubject: (subject: string) => Promise<() => void>;
  readonly makeRoom: MakeRoom;
  close(): Promise<void>;
};

export const NO_ROOM: MakeRoom = async () => false;

/** Runs `work` again as long as the disk is full and there is something to give up. */
export async function withRoom<T>(makeRoom: MakeRoom, work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isDiskFull(error) || !(await makeRoom())) throw error;
    }
  }
}
