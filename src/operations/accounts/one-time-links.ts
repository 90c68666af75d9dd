import { hash } from "node:crypto";
import type { Kysely } from "kysely";
import type { Mail } from "../../mail/mailer.ts";
import type { OneTimeLink } from "../../model/one-time-link.ts";
import { Secret } from "../../model/secret.ts";
import { accountOf } from "../../model/who-acts.ts";
import type { By, Ports } from "../../ports.ts";
import { findLink, insertLink } from "../../storage/sql/accounts/one-time-links.ts";
import type { Schema } from "../../storage/sql/schema.ts";

export type LinkPorts = Pick<
  Ports,
  "database" | "clock" | "newUuid" | "randomBytes" | "mailer" | "backgroundWork" | "log"
>;

/** 256 bits in base64url. */
const SECRET_BYTES = 32;
const SECRET = /^[A-Za-z0-9_-]{43}$/;

/** OWASP ASVS 5.0, 6.4.1: what begins an account is random, works once and does not live long. */
export const LINK_MS = 24 * 3_600_000;
/** Of one that was asked for by whoever knows an address. */
export const RESET_LINK_MS = 30 * 60_000;

type WantedLink = OneTimeLink extends infer Each
  ? Each extends OneTimeLink
    ? Omit<Each, "uuid" | "createdByUuid" | "createdAt" | "expiresAt">
    : never
  : never;

/** The whole link, which is shown or mailed once, and what is stored of it. */
export type MadeLink = { readonly url: Secret; readonly link: OneTimeLink };

/** What a mail says. Written where all words are; given the link and its end. */
export type WriteMail = (made: MadeLink) => Omit<Mail, "to" | "purpose">;

/** Stores a link in an open transaction, of which only a digest stays. */
export async function makeLink(
  tx: Kysely<Schema>,
  { clock, newUuid, randomBytes }: Pick<Ports, "clock" | "newUuid" | "randomBytes">,
  by: By,
  wanted: WantedLink,
  lifeMs: number,
): Promise<MadeLink> {
  const secret = randomBytes(SECRET_BYTES).toString("base64url");
  const now = clock();
  const link = {
    ...wanted,
    uuid: newUuid(),
    createdByUuid: accountOf(by.caller)?.uuid,
    createdAt: now,
    expiresAt: new Date(now.getTime() + lifeMs),
  } as OneTimeLink;
  await insertLink(tx, link, digestSecret(secret));
  return { url: new Secret(`${by.baseUrls.html}/-/link/${secret}`), link };
}

/** The link with this secret. Undefined if it is none, has ended, or was used. Looking at it does not use it. */
export async function findLinkBySecret(
  { database, clock }: Pick<Ports, "database" | "clock">,
  secret: Secret,
): Promise<OneTimeLink | undefined> {
  const text = secret.reveal();
  return SECRET.test(text) ? findLink(database.kysely, digestSecret(text), clock()) : undefined;
}

function digestSecret(text: string): Buffer {
  return hash("sha256", text, "buffer");
}

/**
 * Sends a link on its way; nobody waits for it. A mail that is lost is asked for again: it is not stored, for then the link
 * would be.
 *
 * @returns false if this server sends no mail.
 */
export function mailLink(
  { mailer, backgroundWork, log }: Pick<Ports, "mailer" | "backgroundWork" | "log">,
  to: string,
  made: MadeLink,
  writeMail: WriteMail,
): boolean {
  if (mailer === undefined) return false;
  backgroundWork.start(async () => {
    try {
      await mailer.send({ ...writeMail(made), to, purpose: made.link.kind });
    } catch (error) {
      // The message of a mail server may repeat the address.
      const code = error instanceof Error && "code" in error ? error.code : undefined;
      log.error({ "mail.link": made.link.uuid, "mail.error": code ?? "unknown" }, "a mail was not sent");
    }
  });
  return true;
}
