import type { Kysely } from "kysely";
import { digestSession, writeSessionText } from "../../authentication/authenticate-session.ts";
import type { Account } from "../../model/account.ts";
import { accountSubject } from "../../model/audit.ts";
import { Failure } from "../../model/failure.ts";
import { Secret } from "../../model/secret.ts";
import { CLIENT_LENGTH_MAX, SESSION_AGE_MS_MAX, type Session } from "../../model/session.ts";
import type { Uuid } from "../../model/uuid.ts";
import type { By, Ports } from "../../ports.ts";
import { findAccountByUuid } from "../../storage/sql/accounts/accounts.ts";
import {
  deleteSession,
  deleteSessions,
  insertSession,
  listSessions,
} from "../../storage/sql/accounts/sessions.ts";
import { lockRows } from "../../storage/sql/lock-rows.ts";
import type { Schema } from "../../storage/sql/schema.ts";
import { moveTokenDrafts } from "../../storage/sql/tokens/token-drafts.ts";
import { TAKES_ACCESS } from "../../storage/sql/transaction-options.ts";
import type { Recorder } from "../../storage/sql/write-transaction.ts";

type SessionPorts = Pick<Ports, "clock" | "newUuid" | "randomBytes">;

/** Of one account at a time; the one that was used least lately ends: ASVS 5.0, 7.1.2. */
export const SESSIONS_MAX = 20;

export type NewSession = {
  readonly address: string;
  /** The browser, as it names itself. */
  readonly client: string;
  /** The session of the same browser, which ends: a value that was planted before is worth nothing after. */
  readonly replaces?: Session | undefined;
};

/**
 * Begins a session of somebody whose password (and second factor) has just been checked.
 *
 * @returns its cookie's value, this once.
 */
export async function startSession(
  { clock, newUuid, randomBytes }: SessionPorts,
  by: By,
  account: Account,
  { address, client, replaces }: NewSession,
): Promise<{ readonly text: Secret; readonly session: Session }> {
  const text = new Secret(writeSessionText(randomBytes));
  const now = clock();
  const session: Session = {
    uuid: newUuid(),
    accountUuid: account.uuid,
    createdAt: now,
    authenticatedAt: now,
    lastUsedAt: now,
    expiresAt: new Date(now.getTime() + SESSION_AGE_MS_MAX),
    address,
    client: client.slice(0, CLIENT_LENGTH_MAX),
  };
  await by.transaction(async (tx, record) => {
    await lockRows(tx, [{ table: "account", uuid: account.uuid, strength: "share" }]);
    // It may have been disabled while its password was worked out.
    if ((await findAccountByUuid(tx, account.uuid))?.isDisabled !== false)
      throw new Failure("credential-missing", "Sign in again");
    await insertSession(tx, session, digestSession(text));
    if (replaces !== undefined) {
      // What was begun before the password was asked for goes on after it.
      if (replaces.accountUuid === account.uuid) await moveTokenDrafts(tx, replaces.uuid, session.uuid);
      await deleteSession(tx, replaces.uuid);
    }
    for (const old of (await listSessions(tx, account.uuid)).slice(SESSIONS_MAX))
      await deleteSession(tx, old.uuid);
    record.audit("session.started", accountSubject(account), {
      account: account.uuid,
      session: session.uuid,
    });
  });
  return { text, session };
}

/** Takes effect from the next request on. */
export async function endSession(by: By, account: Account, uuid: Uuid): Promise<void> {
  await by.transaction(async (tx, record) => {
    const owned = (await listSessions(tx, account.uuid)).some((session) => session.uuid === uuid);
    if (owned && (await deleteSession(tx, uuid)))
      record.audit("session.ended", accountSubject(account), { account: account.uuid, session: uuid });
  });
}

/** All of an account but the one from which it is asked. @returns how many ended. */
export async function endOtherSessions(by: By, account: Account, except: Uuid | undefined): Promise<number> {
  return by.transaction((tx, record) => endSessionsOf(tx, record, account, except), TAKES_ACCESS);
}

/** In an open transaction: with a change after which they must not go on. */
export async function endSessionsOf(
  tx: Kysely<Schema>,
  record: Recorder,
  account: Account,
  except?: Uuid,
): Promise<number> {
  const ended = await deleteSessions(tx, { accountUuid: account.uuid, except });
  if (ended > 0)
    record.audit("session.ended", accountSubject(account), { account: account.uuid, sessions: ended });
  return ended;
}
