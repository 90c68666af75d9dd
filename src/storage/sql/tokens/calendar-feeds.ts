import type { Kysely, Selectable } from "kysely";
import type { CalendarFeed } from "../../../model/calendar-feed.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { instant, optionalInstant } from "../columns.ts";
import type { CalendarFeedRow } from "../schema/token-expiry.ts";
import type { Schema } from "../schema.ts";

const COLUMNS = ["uuid", "account_uuid", "created_at", "last_read_at"] as const;

function toCalendarFeed(row: Omit<Selectable<CalendarFeedRow>, "digest">): CalendarFeed {
  return {
    uuid: row.uuid as Uuid,
    accountUuid: row.account_uuid as Uuid,
    createdAt: instant(row.created_at),
    lastReadAt: optionalInstant(row.last_read_at),
  };
}

/** Stores a feed under SHA-256 of its secret. */
export async function insertCalendarFeed(
  tx: Kysely<Schema>,
  feed: CalendarFeed,
  digest: Buffer,
): Promise<void> {
  await tx
    .insertInto("calendar_feed")
    .values({
      uuid: feed.uuid,
      account_uuid: feed.accountUuid,
      digest,
      created_at: feed.createdAt.getTime(),
      last_read_at: null,
    })
    .execute();
}

/** Those of an account, the newest first. */
export async function listCalendarFeeds(
  db: Kysely<Schema>,
  accountUuid: Uuid,
): Promise<readonly CalendarFeed[]> {
  const rows = await db
    .selectFrom("calendar_feed")
    .select(COLUMNS)
    .where("account_uuid", "=", accountUuid)
    .orderBy("created_at", "desc")
    .orderBy("uuid")
    .execute();
  return rows.map(toCalendarFeed);
}

/** Of an account that is not disabled. */
export async function findCalendarFeedByDigest(
  db: Kysely<Schema>,
  digest: Buffer,
): Promise<CalendarFeed | undefined> {
  const row = await db
    .selectFrom("calendar_feed")
    .innerJoin("account", "account.uuid", "calendar_feed.account_uuid")
    .select([
      "calendar_feed.uuid",
      "calendar_feed.account_uuid",
      "calendar_feed.created_at",
      "calendar_feed.last_read_at",
    ])
    .where("calendar_feed.digest", "=", digest)
    .where("account.disabled_at", "is", null)
    .executeTakeFirst();
  return row && toCalendarFeed(row);
}

/** @returns false if the account has no such feed. */
export async function deleteCalendarFeed(
  tx: Kysely<Schema>,
  accountUuid: Uuid,
  uuid: Uuid,
): Promise<boolean> {
  const result = await tx
    .deleteFrom("calendar_feed")
    .where("account_uuid", "=", accountUuid)
    .where("uuid", "=", uuid)
    .executeTakeFirst();
  return result.numDeletedRows > 0n;
}

export async function touchCalendarFeed(db: Kysely<Schema>, uuid: Uuid, at: Date): Promise<void> {
  await db
    .updateTable("calendar_feed")
    .set({ last_read_at: at.getTime() })
    .where("uuid", "=", uuid)
    .execute();
}
