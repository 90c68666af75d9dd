import { hash } from "node:crypto";
import { accountSubject } from "../../model/audit.ts";
import { CALENDAR_FEEDS_MAX, type CalendarFeed } from "../../model/calendar-feed.ts";
import { Failure } from "../../model/failure.ts";
import { Secret } from "../../model/secret.ts";
import type { Uuid } from "../../model/uuid.ts";
import { requireAccount } from "../../model/who-acts.ts";
import type { By, Ports } from "../../ports.ts";
import { lockRows } from "../../storage/sql/lock-rows.ts";
import {
  deleteCalendarFeed,
  findCalendarFeedByDigest,
  insertCalendarFeed,
  listCalendarFeeds,
  touchCalendarFeed,
} from "../../storage/sql/tokens/calendar-feeds.ts";
import { TAKES_ACCESS } from "../../storage/sql/transaction-options.ts";

/** 256 bits in base64url. */
const SECRET_BYTES = 32;
const SECRET = /^[A-Za-z0-9_-]{43}$/;

export const CALENDAR_PATH = "/-/calendars";

/** Calendars ask every few minutes: their last reading is written so often at most. */
const LAST_READ_STEP_MS = 3_600_000;

/**
 * Makes an address for a calendar of the caller's.
 *
 * @returns the whole address, this once: only a digest of its secret is stored.
 * @throws Failure conflict if there are as many as an account may have.
 */
export async function createCalendarFeed(
  { clock, newUuid, randomBytes }: Pick<Ports, "clock" | "newUuid" | "randomBytes">,
  by: By,
): Promise<{ readonly url: Secret; readonly feed: CalendarFeed }> {
  const account = requireAccount(by.caller);
  const secret = randomBytes(SECRET_BYTES).toString("base64url");
  const feed: CalendarFeed = {
    uuid: newUuid(),
    accountUuid: account.uuid,
    createdAt: clock(),
    lastReadAt: undefined,
  };
  await by.transaction(async (tx, record) => {
    await lockRows(tx, [{ table: "account", uuid: account.uuid, strength: "update" }]);
    if ((await listCalendarFeeds(tx, account.uuid)).length >= CALENDAR_FEEDS_MAX)
      throw new Failure(
        "conflict",
        `Cannot make the address: there are ${CALENDAR_FEEDS_MAX}, which is the limit`,
      );
    await insertCalendarFeed(tx, feed, digestSecret(secret));
    record.audit("calendar-feed.created", accountSubject(account), {
      account: account.uuid,
      feed: feed.uuid,
    });
  });
  return { url: new Secret(`${by.baseUrls.html}${CALENDAR_PATH}/${secret}.ics`), feed };
}

/** The address answers nothing from then on. @throws Failure not-found if the caller has no such feed. */
export async function endCalendarFeed(by: By, uuid: Uuid): Promise<void> {
  const account = requireAccount(by.caller);
  await by.transaction(async (tx, record) => {
    if (!(await deleteCalendarFeed(tx, account.uuid, uuid)))
      throw new Failure("not-found", "There is no such address");
    record.audit("calendar-feed.ended", accountSubject(account), { account: account.uuid, feed: uuid });
  }, TAKES_ACCESS);
}

/** The feed with this secret. Undefined if there is none, it has ended, or its account is disabled. */
export async function openCalendarFeed(
  { database, clock, log }: Pick<Ports, "database" | "clock" | "log">,
  secret: Secret,
): Promise<CalendarFeed | undefined> {
  const text = secret.reveal();
  if (!SECRET.test(text)) return undefined;
  const feed = await findCalendarFeedByDigest(database.kysely, digestSecret(text));
  if (feed === undefined) return undefined;
  const now = clock();
  const { lastReadAt } = feed;
  if (lastReadAt === undefined || Math.abs(now.getTime() - lastReadAt.getTime()) >= LAST_READ_STEP_MS)
    // Not awaited: the answer does not depend on it.
    touchCalendarFeed(database.kysely, feed.uuid, now).catch((error: unknown) =>
      log.warn({ err: error }, "the reading of a calendar was not recorded"),
    );
  return feed;
}

function digestSecret(text: string): Buffer {
  return hash("sha256", text, "buffer");
}
