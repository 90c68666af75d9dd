import type { Caller } from "./caller.ts";
import { TOKEN_NOUNS, type Token } from "./token.ts";
import type { Uuid } from "./uuid.ts";

/** An owner is told once at each distance from the end of a token, in days. */
export const NOTICE_THRESHOLDS_DAYS = [14, 7, 1] as const;

export type ExpiryNotice = { readonly tokenUuid: Uuid; readonly days: number };

/** How long before its end a token says so wherever it is used. */
export const NOTICE_DAYS = 14;

const DAY_MS = 86_400_000;
/** Of what the person who made the token wrote. Our choice. */
const NAME_LENGTH_MAX = 60;

/**
 * What git shows to whoever uses a token that ends soon. Undefined: it does not end soon, or is one of those that their
 * holders make anew all the time.
 *
 * @param renewalUrl where its owner makes the next one.
 */
export function expiryNotice(caller: Caller, now: Date, renewalUrl: string): string | undefined {
  const token = tokenThatEnds(caller);
  if (token === undefined) return undefined;
  const leftMs = token.expiresAt.getTime() - now.getTime();
  if (leftMs > NOTICE_DAYS * DAY_MS) return undefined;
  const days = Math.floor(leftMs / DAY_MS);
  const left = days < 1 ? "in less than a day" : days === 1 ? "in 1 day" : `in ${days} days`;
  const day = token.expiresAt.toISOString().slice(0, 10);
  const isOwn = token.kind === "api-token";
  const which = `${isOwn ? "Your" : "This"} ${TOKEN_NOUNS[token.kind]} "${printable(token.name)}" (${token.uuid.slice(0, 8)})`;
  const next = isOwn ? `make the next one on\n${renewalUrl}` : "an administrator has to rotate it";
  return `${which} expires ${left}, on ${day}: ${next}\n`;
}

/** Derived tokens and those of OAuth live for minutes or hours, and clients make the next one by themselves. */
function tokenThatEnds(caller: Caller): Token | undefined {
  if (caller.kind === "anonymous") return undefined;
  const { credential } = caller;
  switch (credential.kind) {
    case "api-token":
    case "access-token":
      return credential.token.parentUuid === undefined ? credential.token : undefined;
    case "oauth":
    case "session":
    case "app":
    case "ssh-key":
      return undefined;
  }
}

/** A terminal acts on control characters, and not only the owner of the token reads this. */
function printable(name: string): string {
  const text = name.replaceAll(/\p{C}/gu, "?");
  return text.length > NAME_LENGTH_MAX ? `${text.slice(0, NAME_LENGTH_MAX)}…` : text;
}
