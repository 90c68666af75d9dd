import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto";
import { DUMMY_HASH, isPassword } from "../../authentication/passwords/hash-password.ts";
import { PASSWORD_BYTES_MAX } from "../../authentication/passwords/password-rules.ts";
import { type Account, parseEmailAddress } from "../../model/account.ts";
import { Secret } from "../../model/secret.ts";
import { parseUuid } from "../../model/uuid.ts";
import type { Ports } from "../../ports.ts";
import { findPasswordByEmail, findPasswordByUuid } from "../../storage/sql/accounts/passwords.ts";
import { hasTwoStep } from "../../storage/sql/accounts/two-step.ts";
import { type PasswordAsker, type PasswordPorts, tooManyTries, withPasswordSlot } from "./passwords.ts";

export type SignInPorts = PasswordPorts & Pick<Ports, "signInLimiter" | "keys">;

export type PasswordStep =
  | { readonly kind: "signed-in"; readonly account: Account }
  /** A code is asked for. The ticket shows that the password was right. */
  | { readonly kind: "code-needed"; readonly ticket: Secret };

/**
 * The first step of a sign-in: an address and a password. Whether there is an account, whether it is disabled or has a
 * password, and which of the two was wrong: for all that the answer and the work are the same.
 *
 * @returns undefined if they do not belong together.
 * @throws Failure throttled, unavailable.
 */
export async function checkPassword(
  ports: SignInPorts,
  asker: PasswordAsker,
  { email, password }: { readonly email: string; readonly password: Secret },
): Promise<PasswordStep | undefined> {
  const address = parseEmailAddress(email.trim());
  if (address === undefined || Buffer.byteLength(password.reveal()) > PASSWORD_BYTES_MAX) return undefined;
  const attempt = { account: address.toLowerCase(), network: asker.network, factor: "password" } as const;
  const until = await ports.signInLimiter.begin(attempt);
  if (until !== undefined) throw tooManyTries(until);
  const found = await findPasswordByEmail(ports.database.kysely, address);
  const isRight = await withPasswordSlot(ports.passwordSlots, asker, () =>
    isPassword(password, found?.passwordHash ?? DUMMY_HASH),
  );
  if (!isRight || found?.passwordHash === undefined || found.account.isDisabled) return undefined;
  ports.signInLimiter.succeed(attempt);
  const { account } = found;
  if (!(await hasTwoStep(ports.database.kysely, account.uuid))) return { kind: "signed-in", account };
  return { kind: "code-needed", ticket: await writeTicket(ports, account, found.passwordHash) };
}

/** Between password and code. Long enough to find the telephone. */
const TICKET_MS = 10 * 60_000;

/**
 * What a browser shows in the second step: whose password was right, and until when, signed. It opens nothing without a
 * code, and ends when the password is changed.
 */
async function writeTicket(
  { keys, clock }: Pick<Ports, "keys" | "clock">,
  { uuid }: Account,
  passwordHash: string,
): Promise<Secret> {
  const expires = clock().getTime() + TICKET_MS;
  const signature = await signTicket(keys, `${uuid}.${expires}`, passwordHash);
  return new Secret(`${uuid}.${expires}.${signature.toString("base64url")}`);
}

/** The account whose password was right. Undefined: the sign-in has to begin anew. */
export async function findAccountOfTicket(
  { database, keys, clock }: Pick<Ports, "database" | "keys" | "clock">,
  ticket: Secret,
): Promise<Account | undefined> {
  const [uuidText = "", expires = "", signature = "", ...rest] = ticket.reveal().split(".");
  const uuid = parseUuid(uuidText);
  const leftMs = Number(expires) - clock().getTime();
  if (uuid === undefined || rest.length > 0 || !(leftMs > 0 && leftMs <= TICKET_MS)) return undefined;
  const found = await findPasswordByUuid(database.kysely, uuid);
  if (found?.passwordHash === undefined || found.account.isDisabled) return undefined;
  const given = Buffer.from(signature, "base64url");
  const right = await signTicket(keys, `${uuid}.${expires}`, found.passwordHash);
  return given.length === right.length && timingSafeEqual(given, right) ? found.account : undefined;
}

async function signTicket(keys: Ports["keys"], text: string, passwordHash: string): Promise<Buffer> {
  const rotation = await keys.get("rotation");
  const key = Buffer.from(hkdfSync("sha256", rotation.reveal(), "", "pail sign-in tickets", 32));
  return createHmac("sha256", key).update(`${text}\n${passwordHash}`).digest();
}
