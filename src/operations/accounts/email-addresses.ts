import type { Kysely } from "kysely";
import { type Account, parseEmailAddress } from "../../model/account.ts";
import { accountSubject } from "../../model/audit.ts";
import { Failure, invalidField } from "../../model/failure.ts";
import type { OneTimeLink } from "../../model/one-time-link.ts";
import type { By, Ports } from "../../ports.ts";
import {
  deleteEmail,
  findAccountByEmail,
  findAccountByUuid,
  insertEmail,
  listEmails,
  setEmailConfirmed,
} from "../../storage/sql/accounts/accounts.ts";
import {
  deleteLink,
  deletePendingAddress,
  listPendingAddresses,
} from "../../storage/sql/accounts/one-time-links.ts";
import { lockRows } from "../../storage/sql/lock-rows.ts";
import type { Schema } from "../../storage/sql/schema.ts";
import { TAKES_ACCESS } from "../../storage/sql/transaction-options.ts";
import type { Recorder } from "../../storage/sql/write-transaction.ts";
import { linkEnded } from "./invitations.ts";
import { LINK_MS, type LinkPorts, mailLink, makeLink, type WriteMail } from "./one-time-links.ts";

/** Of one account, with those that wait for their confirmation. */
export const ADDRESSES_MAX = 20;

export type EmailLink = Extract<OneTimeLink, { readonly kind: "email" }>;

/**
 * Adds an address to an account once its link has been opened. Until then it does nothing, and takes it from nobody: that
 * somebody else has it is told only to who opens the link, and so reads the mail of the address. Asked for again, the
 * earlier link ends.
 *
 * @throws Failure invalid-input about `email`, if it is none, is the account's own, or one too many.
 */
export async function requestEmailAddress(
  ports: LinkPorts,
  by: By,
  account: Account,
  email: string,
  writeMail: WriteMail,
): Promise<{ readonly link: EmailLink; readonly isMailed: boolean }> {
  const address = parseEmailAddress(email.trim());
  if (address === undefined) throw invalidField("email", "not an e-mail address");
  const made = await by.transaction(async (tx) => {
    await lockAddresses(tx, account);
    const owned = await listEmails(tx, account.uuid);
    if (owned.some((each) => each.isConfirmed && isSame(each.address, address)))
      throw invalidField("email", "is an address of this account already");
    await deletePendingAddress(tx, account.uuid, address);
    const pending = await listPendingAddresses(tx, account.uuid, ports.clock());
    if (owned.length + pending.length >= ADDRESSES_MAX)
      throw invalidField("email", `an account has at most ${ADDRESSES_MAX} addresses`);
    return makeLink(tx, ports, by, { kind: "email", accountUuid: account.uuid, address }, LINK_MS);
  });
  return { link: made.link as EmailLink, isMailed: mailLink(ports, address, made, writeMail) };
}

/** @throws Failure gone; conflict if another account has the address. */
export async function confirmEmailAddress(
  ports: Pick<Ports, "clock">,
  by: By,
  link: EmailLink,
): Promise<Account> {
  return by.transaction(async (tx, record) => {
    const account = await findAccountByUuid(tx, link.accountUuid);
    if (account === undefined || account.isDisabled || !(await deleteLink(tx, link.uuid))) throw linkEnded();
    await takeAddress(tx, record, ports, account, link.address);
    record.audit("account.link-used", accountSubject(account), { account: account.uuid, link: link.uuid });
    return account;
  });
}

/** The operator says that an address is an account's. @throws Failure invalid-input, or conflict if another one has it. */
export async function confirmEmailByOperator(
  ports: Pick<Ports, "clock">,
  by: By,
  account: Account,
  email: string,
): Promise<void> {
  const address = parseEmailAddress(email.trim());
  if (address === undefined) throw invalidField("email", "not an e-mail address");
  await by.transaction(async (tx, record) => {
    await deletePendingAddress(tx, account.uuid, address);
    await takeAddress(tx, record, ports, account, address);
  });
}

async function takeAddress(
  tx: Kysely<Schema>,
  record: Recorder,
  { clock }: Pick<Ports, "clock">,
  account: Account,
  address: string,
): Promise<void> {
  await lockAddresses(tx, account);
  const known = await findAccountByEmail(tx, address);
  if (known !== undefined && known.account.uuid !== account.uuid) {
    if (known.email.isConfirmed || known.email.isPrimary)
      throw new Failure("conflict", "Cannot confirm the address: another account has it");
    // Somebody has claimed it and never shown that it is theirs.
    await deleteEmail(tx, known.account.uuid, known.email.address);
  }
  if (known?.account.uuid === account.uuid) await setEmailConfirmed(tx, account.uuid, address);
  else await insertEmail(tx, account.uuid, { address, isPrimary: false, isConfirmed: true }, clock());
  record.audit("account.email-confirmed", accountSubject(account), { account: account.uuid });
}

/** Removes an address that is not the primary one, or one that waits for its confirmation. @throws Failure not-found, conflict. */
export async function removeEmailAddress(by: By, account: Account, address: string): Promise<void> {
  await by.transaction(async (tx, record) => {
    await lockAddresses(tx, account);
    const isPending = await deletePendingAddress(tx, account.uuid, address);
    const owned = (await listEmails(tx, account.uuid)).find((each) => isSame(each.address, address));
    if (owned === undefined) {
      if (isPending) return;
      throw new Failure("not-found", "The account has no such address");
    }
    if (owned.isPrimary)
      throw new Failure("conflict", "Cannot remove the primary address: make another one primary first");
    await deleteEmail(tx, account.uuid, owned.address);
    record.audit("account.email-removed", accountSubject(account), { account: account.uuid });
  }, TAKES_ACCESS);
}

function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

/** Admission depends on which addresses are confirmed and which one is primary, so every writer locks this row. */
async function lockAddresses(tx: Kysely<Schema>, { uuid }: Account): Promise<void> {
  await lockRows(tx, [{ table: "account", uuid, strength: "update" }]);
}
