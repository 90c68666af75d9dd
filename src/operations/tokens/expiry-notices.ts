import type { Kysely } from "kysely";
import type { TokenResource } from "../../model/access-token.ts";
import type { Account } from "../../model/account.ts";
import { type ExpiryNotice, NOTICE_THRESHOLDS_DAYS } from "../../model/expiry-notice.ts";
import type { Token } from "../../model/token.ts";
import type { By, Ports } from "../../ports.ts";
import { findAccountByUuid, listEmails } from "../../storage/sql/accounts/accounts.ts";
import { type Lease, requireLease } from "../../storage/sql/leases.ts";
import type { Schema } from "../../storage/sql/schema.ts";
import { findResourceOfAppUser } from "../../storage/sql/tokens/access-tokens.ts";
import {
  type DueNotice,
  insertExpiryNotice,
  listDueNotices,
  listOwnersAbove,
  listUnmailedNotices,
  listWorkspacesListeningTo,
  setNoticeMailed,
} from "../../storage/sql/tokens/expiry-notices.ts";
import { findReachingToken } from "../../storage/sql/tokens/reaching-tokens.ts";
import { findWorkspace } from "../../storage/sql/workspaces/workspaces.ts";

type NoticePorts = Pick<Ports, "database" | "clock">;

/** Tokens of one transaction, so that none lasts long. */
const BATCH = 100;

/** One under the lease, which is held until the end of each transaction. */
export type NoticeBy = Pick<By, "transaction"> & { readonly lease: Lease };

/**
 * Notes of each token that ends soon that its owner is to be told, once at each distance from its end, and tells the webhooks
 * that listen in the workspaces that it reaches.
 *
 * @returns how many there were.
 */
export async function noteExpiringTokens(
  { database, clock }: NoticePorts,
  { transaction, lease }: NoticeBy,
): Promise<number> {
  let count = 0;
  for (;;) {
    const now = clock();
    const due = await listDueNotices(database.kysely, {
      now,
      thresholds: NOTICE_THRESHOLDS_DAYS,
      limit: BATCH,
    });
    if (due.length === 0) return count;
    await transaction(async (tx, record) => {
      await requireLease(tx, lease);
      const listening = await listWorkspacesListeningTo(tx, "token:expiring");
      for (const notice of due) {
        if (!(await insertExpiryNotice(tx, notice, now))) continue;
        for (const workspaceUuid of listening) {
          if ((await findReachingToken(tx, workspaceUuid, notice.tokenUuid, now)) === undefined) continue;
          const workspace = await findWorkspace(tx, { uuid: workspaceUuid });
          if (workspace !== undefined)
            record.event({ workspace }, { kind: "token:expiring", workspace, ...told(notice) });
        }
      }
    });
    count += due.length;
  }
}

function told({ token, account }: DueNotice) {
  const { uuid, name, createdAt, expiresAt, lastUsedAt } = token;
  return { token: { uuid, name, createdAt, expiresAt, lastUsedAt }, owner: account };
}

/** A notice that has to be mailed, and to whom. */
export type DueMail = ExpiryNotice & {
  readonly token: Token;
  readonly recipient: Account;
  readonly address: string;
  /** Of what it is an access token. Undefined: it is the recipient's own. */
  readonly resource: TokenResource | undefined;
};

/** A notice older than this is not mailed any more: the token has a nearer one by then. */
const MAIL_AGE_MS_MAX = 2 * 86_400_000;

/** For owners with a confirmed address. Of access tokens these are the owners of the workspace. */
export async function listDueMails({ database, clock }: NoticePorts): Promise<readonly DueMail[]> {
  const now = clock();
  const since = new Date(now.getTime() - MAIL_AGE_MS_MAX);
  const mails: DueMail[] = [];
  for (const notice of await listUnmailedNotices(database.kysely, { now, since, limit: BATCH })) {
    const { kind, accountUuid } = notice.token;
    const resource =
      kind === "access-token" ? await findResourceOfAppUser(database.kysely, accountUuid) : undefined;
    for (const recipient of await recipientsOf(database.kysely, notice.token)) {
      const emails = await listEmails(database.kysely, recipient.uuid);
      const primary = emails.find(({ isPrimary, isConfirmed }) => isPrimary && isConfirmed);
      if (primary !== undefined) mails.push({ ...notice, recipient, address: primary.address, resource });
    }
  }
  return mails;
}

async function recipientsOf(db: Kysely<Schema>, { kind, accountUuid }: Token): Promise<readonly Account[]> {
  if (kind === "access-token") return listOwnersAbove(db, accountUuid);
  const account = await findAccountByUuid(db, accountUuid);
  return account === undefined ? [] : [account];
}

export async function noteMailed(
  { clock }: Pick<Ports, "clock">,
  { transaction, lease }: NoticeBy,
  notices: readonly ExpiryNotice[],
): Promise<void> {
  await transaction(async (tx) => {
    await requireLease(tx, lease);
    for (const notice of notices) await setNoticeMailed(tx, notice, clock());
  });
}
