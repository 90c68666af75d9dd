import type { Kysely } from "kysely";
import { hashPassword, isPassword } from "../../authentication/passwords/hash-password.ts";
import {
  findPasswordProblem,
  PASSWORD_BYTES_MAX,
  PASSWORD_LENGTH_MIN,
  type PasswordProblem,
} from "../../authentication/passwords/password-rules.ts";
import type { Account } from "../../model/account.ts";
import { accountSubject } from "../../model/audit.ts";
import { Failure, invalidField } from "../../model/failure.ts";
import type { Secret } from "../../model/secret.ts";
import type { Uuid } from "../../model/uuid.ts";
import type { By, Ports } from "../../ports.ts";
import { listEmails } from "../../storage/sql/accounts/accounts.ts";
import { deletePasswordLinks } from "../../storage/sql/accounts/one-time-links.ts";
import { findPasswordByUuid, setPasswordHash } from "../../storage/sql/accounts/passwords.ts";
import { lockRows } from "../../storage/sql/lock-rows.ts";
import type { Schema } from "../../storage/sql/schema.ts";
import { TAKES_ACCESS } from "../../storage/sql/transaction-options.ts";
import { listWorkspacesOf } from "../../storage/sql/workspaces/workspaces.ts";
import type { Recorder } from "../../storage/sql/write-transaction.ts";
import { endSessionsOf } from "./sessions.ts";

export type PasswordPorts = Pick<Ports, "database" | "clock" | "passwordSlots">;

/** Who asks for the work of a hash. */
export type PasswordAsker = { readonly network: string; readonly signal: AbortSignal };

const PROBLEMS: Readonly<Record<PasswordProblem, string>> = {
  "too-short": `must have at least ${PASSWORD_LENGTH_MIN} characters`,
  "too-long": `must have at most ${PASSWORD_BYTES_MAX} bytes`,
  common: "is among the passwords that are guessed first",
  context: "is made of names that belong to the account or to this server",
};

/**
 * A new password, checked and worked out, which takes a moment and is done outside of transactions.
 *
 * @param names what is known of its account: user name, shown name, addresses.
 * @throws Failure invalid-input about the field `password`, with the problem's name in `details.data`.
 */
export async function prepareNewPassword(
  { passwordSlots }: Pick<Ports, "passwordSlots">,
  by: Pick<By, "baseUrls">,
  asker: PasswordAsker,
  names: readonly string[],
  password: Secret,
): Promise<string> {
  const context = [...names, new URL(by.baseUrls.html).hostname];
  const problem = await findPasswordProblem(password, context);
  if (problem !== undefined) {
    const failure = invalidField("password", PROBLEMS[problem]);
    throw new Failure(failure.kind, failure.message, { ...failure.details, data: { problem } });
  }
  return withPasswordSlot(passwordSlots, asker, () => hashPassword(password));
}

/** Few at a time, and one of a network, so that nobody takes the machine by asking. @throws Failure unavailable. */
export async function withPasswordSlot<T>(
  passwordSlots: Ports["passwordSlots"],
  { network, signal }: PasswordAsker,
  work: () => Promise<T>,
): Promise<T> {
  const leave = await passwordSlots.take([{ kind: "address", id: network }], signal);
  try {
    return await work();
  } finally {
    leave();
  }
}

/** More of them are no help to who guesses. */
const WORKSPACES_MAX = 50;

/** What is known of an account, for the rules of its password. */
export async function namesOf(
  { database }: Pick<Ports, "database">,
  { uuid, username, displayName, nickname }: Account,
): Promise<readonly string[]> {
  const emails = await listEmails(database.kysely, uuid);
  const { values } = await listWorkspacesOf(
    database.kysely,
    { kind: "account", accountUuid: uuid },
    { page: 1, pagelen: WORKSPACES_MAX },
  );
  return [
    username,
    displayName,
    nickname,
    ...emails.map(({ address }) => address),
    ...values.flatMap(({ workspace }) => [workspace.slug, workspace.name]),
  ];
}

/** In an open transaction. Links that could choose another password end, and sessions but for one if it is asked for. */
export async function storePassword(
  tx: Kysely<Schema>,
  record: Recorder,
  account: Account,
  passwordHash: string,
  sessions: { readonly endedExcept: Uuid | undefined } | "kept" = { endedExcept: undefined },
): Promise<void> {
  await lockRows(tx, [{ table: "account", uuid: account.uuid, strength: "update" }]);
  await setPasswordHash(tx, account.uuid, passwordHash);
  await deletePasswordLinks(tx, account.uuid);
  record.audit("account.password-changed", accountSubject(account), { account: account.uuid });
  if (sessions !== "kept") await endSessionsOf(tx, record, account, sessions.endedExcept);
}

export type PasswordChange = {
  readonly current: Secret;
  readonly next: Secret;
  /** From which it is asked: it goes on. */
  readonly session: Uuid;
  /** Whether all others end. */
  readonly endsOtherSessions: boolean;
};

/**
 * @throws Failure invalid-input about `current` or `password`; throttled if the current one was guessed at too often.
 */
export async function changePassword(
  ports: PasswordPorts & Pick<Ports, "signInLimiter">,
  by: By,
  asker: PasswordAsker,
  account: Account,
  { current, next, session, endsOtherSessions }: PasswordChange,
): Promise<void> {
  if (!(await isPasswordOf(ports, asker, account, current))) throw invalidField("current", "is wrong");
  const passwordHash = await prepareNewPassword(ports, by, asker, await namesOf(ports, account), next);
  const sessions = endsOtherSessions ? { endedExcept: session } : "kept";
  await by.transaction(
    (tx, record) => storePassword(tx, record, account, passwordHash, sessions),
    TAKES_ACCESS,
  );
}

/** Whether it is the account's password. Guessing is limited as at the sign-in. @throws Failure throttled. */
export async function isPasswordOf(
  { database, passwordSlots, signInLimiter }: PasswordPorts & Pick<Ports, "signInLimiter">,
  asker: PasswordAsker,
  account: Account,
  password: Secret,
): Promise<boolean> {
  const attempt = { account: account.uuid, network: asker.network, factor: "password" } as const;
  const until = await signInLimiter.begin(attempt);
  if (until !== undefined) throw tooManyTries(until);
  const held = (await findPasswordByUuid(database.kysely, account.uuid))?.passwordHash;
  if (held === undefined || Buffer.byteLength(password.reveal()) > PASSWORD_BYTES_MAX) return false;
  const isRight = await withPasswordSlot(passwordSlots, asker, () => isPassword(password, held));
  if (isRight) signInLimiter.succeed(attempt);
  return isRight;
}

/** @param until is in `details.data`, for who shows it. */
export function tooManyTries(until: Date): Failure {
  return new Failure("throttled", `Too many attempts: it goes on at ${until.toISOString()}`, {
    data: { until: until.toISOString() },
  });
}

/** Gives a new account its password. @throws Failure invalid-input (password). */
export async function setFirstPassword(
  ports: Pick<Ports, "database" | "passwordSlots">,
  by: By,
  account: Account,
  password: Secret,
): Promise<void> {
  const asker = { network: "the operator", signal: by.signal };
  const passwordHash = await prepareNewPassword(ports, by, asker, await namesOf(ports, account), password);
  await by.transaction((tx, record) => storePassword(tx, record, account, passwordHash), TAKES_ACCESS);
}
