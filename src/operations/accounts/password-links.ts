import { type Account, parseEmailAddress } from "../../model/account.ts";
import { accountSubject } from "../../model/audit.ts";
import type { OneTimeLink } from "../../model/one-time-link.ts";
import type { Secret } from "../../model/secret.ts";
import type { By, Ports } from "../../ports.ts";
import { findAccountByEmail, findAccountByUuid } from "../../storage/sql/accounts/accounts.ts";
import {
  countPasswordLinks,
  deleteFirstAccountLinks,
  deleteLink,
  deletePasswordLinks,
} from "../../storage/sql/accounts/one-time-links.ts";
import { hasPasswordHolder } from "../../storage/sql/accounts/passwords.ts";
import { lockRows } from "../../storage/sql/lock-rows.ts";
import { TAKES_ACCESS } from "../../storage/sql/transaction-options.ts";
import { findWorkspace } from "../../storage/sql/workspaces/workspaces.ts";
import { type NewAccount, prepareAccount, refusingTakenNames, storeAccount } from "./accounts.ts";
import { type InvitationLink, joinWorkspace, linkEnded } from "./invitations.ts";
import {
  LINK_MS,
  type LinkPorts,
  type MadeLink,
  mailLink,
  makeLink,
  RESET_LINK_MS,
  type WriteMail,
} from "./one-time-links.ts";
import {
  namesOf,
  type PasswordAsker,
  type PasswordPorts,
  prepareNewPassword,
  storePassword,
} from "./passwords.ts";

/** Mailed ones that are alive at a time: who asks for many floods nobody. */
const RESET_LINKS_MAX = 3;

/** The operator's link for an account: whoever opens it chooses the password. Earlier ones end. */
export async function createPasswordLink(ports: LinkPorts, by: By, account: Account): Promise<MadeLink> {
  return by.transaction(async (tx, record) => {
    await deletePasswordLinks(tx, account.uuid);
    const made = await makeLink(tx, ports, by, { kind: "password", accountUuid: account.uuid }, LINK_MS);
    record.audit("account.link-created", accountSubject(account), {
      account: account.uuid,
      link: made.link.uuid,
    });
    return made;
  });
}

/**
 * The link for the first account of a server. Earlier ones end. Asked for where there is no account; it is refused once there is one.
 *
 */
export async function createFirstAccountLink(ports: LinkPorts, by: By): Promise<MadeLink> {
  return by.transaction(async (tx) => {
    await deleteFirstAccountLinks(tx);
    return makeLink(tx, ports, by, { kind: "first-account" }, LINK_MS);
  });
}

/**
 * For somebody who cannot sign in: mails a link to the account with this confirmed address, if there is one. All that depends
 * on it is done after the answer, so neither its text nor its time tells anything.
 */
export function requestPasswordLink(ports: LinkPorts, by: By, email: string, writeMail: WriteMail): void {
  const { backgroundWork, log } = ports;
  backgroundWork.start(async () => {
    try {
      await sendPasswordLink(ports, by, email, writeMail);
    } catch (error) {
      log.error({ err: error }, "a link was not made");
    }
  });
}

async function sendPasswordLink(
  ports: LinkPorts,
  by: By,
  email: string,
  writeMail: WriteMail,
): Promise<void> {
  const address = parseEmailAddress(email.trim());
  if (address === undefined || ports.mailer === undefined) return;
  const found = await findAccountByEmail(ports.database.kysely, address);
  if (found === undefined || !found.email.isConfirmed || found.account.isDisabled) return;
  const { account } = found;
  const made = await by.transaction(async (tx, record) => {
    await lockRows(tx, [{ table: "account", uuid: account.uuid, strength: "update" }]);
    if ((await countPasswordLinks(tx, account.uuid, ports.clock())) >= RESET_LINKS_MAX) return undefined;
    const link = await makeLink(
      tx,
      ports,
      by,
      { kind: "password", accountUuid: account.uuid },
      RESET_LINK_MS,
    );
    record.audit("account.link-created", accountSubject(account), {
      account: account.uuid,
      link: link.link.uuid,
    });
    return link;
  });
  if (made !== undefined) mailLink(ports, found.email.address, made, writeMail);
}

export type PasswordLink = Extract<OneTimeLink, { readonly kind: "password" }>;

/** The account whose password a link may choose. @throws Failure gone if it is disabled. */
export async function getAccountOfLink(
  { database }: Pick<Ports, "database">,
  { accountUuid }: PasswordLink,
): Promise<Account> {
  const account = await findAccountByUuid(database.kysely, accountUuid);
  if (account === undefined || account.isDisabled) throw linkEnded();
  return account;
}

/**
 * Uses a link to choose a password. What a second factor asks for is asked all the same, at the next sign-in.
 *
 * @throws Failure gone, or invalid-input about the field `password`.
 */
export async function choosePassword(
  ports: PasswordPorts,
  by: By,
  asker: PasswordAsker,
  link: PasswordLink,
  password: Secret,
): Promise<Account> {
  const account = await getAccountOfLink(ports, link);
  const passwordHash = await prepareNewPassword(ports, by, asker, await namesOf(ports, account), password);
  return by.transaction(async (tx, record) => {
    await lockRows(tx, [{ table: "account", uuid: account.uuid, strength: "update" }]);
    const current = await findAccountByUuid(tx, account.uuid);
    if (current === undefined || current.isDisabled || !(await deleteLink(tx, link.uuid))) throw linkEnded();
    await storePassword(tx, record, current, passwordHash);
    record.audit("account.link-used", accountSubject(current), { account: current.uuid, link: link.uuid });
    return current;
  }, TAKES_ACCESS);
}

export type AccountOfLink = Omit<NewAccount, "email"> & { readonly password: Secret };

/** Uses the link of a server without accounts. @throws Failure gone, conflict, invalid-input. */
export async function createFirstAccount(
  ports: PasswordPorts & Pick<Ports, "newUuid">,
  by: By,
  asker: PasswordAsker,
  link: Extract<OneTimeLink, { readonly kind: "first-account" }>,
  wanted: NewAccount & { readonly password: Secret },
): Promise<Account> {
  const prepared = prepareAccount(ports, wanted);
  const names = [wanted.username, wanted.displayName ?? "", wanted.email];
  const passwordHash = await prepareNewPassword(ports, by, asker, names, wanted.password);
  return refusingTakenNames(() =>
    by.transaction(async (tx, record) => {
      // Deleted first: of two who use it at once, one waits here for the other, and finds it used.
      if (!(await deleteLink(tx, link.uuid)) || (await hasPasswordHolder(tx))) throw linkEnded();
      const account = await storeAccount(tx, record, prepared);
      await storePassword(tx, record, account, passwordHash);
      record.audit("account.link-used", accountSubject(account), { account: account.uuid, link: link.uuid });
      return account;
    }),
  );
}

/** Accepts an invitation with a new account, which has the invited address. @throws Failure gone, conflict, invalid-input. */
export async function createInvitedAccount(
  ports: PasswordPorts & Pick<Ports, "newUuid">,
  by: By,
  asker: PasswordAsker,
  invitation: InvitationLink,
  wanted: AccountOfLink,
): Promise<Account> {
  const input = { ...wanted, email: invitation.address };
  const prepared = prepareAccount(ports, input);
  const workspace = await findWorkspace(ports.database.kysely, { uuid: invitation.workspaceUuid });
  if (workspace === undefined) throw linkEnded();
  const names = [input.username, input.displayName ?? "", input.email, workspace.slug, workspace.name];
  const passwordHash = await prepareNewPassword(ports, by, asker, names, wanted.password);
  return refusingTakenNames(() =>
    by.transaction(async (tx, record) => {
      const account = await storeAccount(tx, record, prepared);
      await storePassword(tx, record, account, passwordHash);
      await joinWorkspace(tx, record, account, invitation, ports.clock());
      record.audit("account.link-used", accountSubject(account), {
        account: account.uuid,
        link: invitation.uuid,
      });
      return account;
    }),
  );
}
