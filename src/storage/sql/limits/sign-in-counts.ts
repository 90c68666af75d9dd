import { type Kysely, sql } from "kysely";
import type { SignInChange, SignInCounts } from "../../../limits/decide-sign-in.ts";
import type { SignInStore } from "../../../limits/shared-sign-in-limiter.ts";
import type { Database } from "../database.ts";
import { isPostgres } from "../database-now.ts";
import type { Schema } from "../schema.ts";
import { sendAhead } from "../send-ahead.ts";

/** Where nodes count tries to sign in. */
export function openSignInCounts({
  kysely,
  transaction,
}: Pick<Database, "kysely" | "transaction">): SignInStore {
  return {
    read: (names) => readCounts(kysely, names),
    change: (names, decide) =>
      transaction(async (tx) => {
        await makeRows(tx, names);
        await write(tx, decide(await readCounts(tx, names, true)));
      }),
  };
}

/** A row that is not there cannot be locked. */
async function makeRows(tx: Kysely<Schema>, names: readonly string[]): Promise<void> {
  if (!isPostgres(tx)) return;
  const rows = [...names].sort().map((name) => ({ name, since: 0, count: 0, expires_at: 0 }));
  await sendAhead(
    tx,
    tx
      .insertInto("sign_in_count")
      .values(rows)
      .onConflict((conflict) => conflict.doNothing()),
  );
}

async function readCounts(
  db: Kysely<Schema>,
  names: readonly string[],
  isLocking = false,
): Promise<SignInCounts> {
  const query = db
    .selectFrom("sign_in_count")
    .select(["name", "since", "count"])
    .where("name", "in", names)
    .orderBy("name");
  const rows = await (isLocking && isPostgres(db) ? query.forUpdate() : query).execute();
  return new Map(
    rows
      .filter(({ count }) => Number(count) > 0)
      .map(({ name, since, count }) => [name, { since: Number(since), count: Number(count) }]),
  );
}

async function write(tx: Kysely<Schema>, changes: readonly SignInChange[]): Promise<void> {
  const rows = changes.map(({ name, becomes, forMs }) => ({
    name,
    since: becomes?.since ?? 0,
    count: becomes?.count ?? 0,
    expires_at: becomes === undefined ? 0 : becomes.since + forMs,
  }));
  if (rows.length === 0) return;
  await sendAhead(
    tx,
    tx
      .insertInto("sign_in_count")
      .values(rows)
      .onConflict((conflict) =>
        conflict.column("name").doUpdateSet({
          since: sql<number>`excluded.since`,
          count: sql<number>`excluded.count`,
          expires_at: sql<number>`excluded.expires_at`,
        }),
      ),
  );
}
