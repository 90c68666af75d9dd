import type { Caller } from "./caller.ts";
import type { ApiToken } from "./token.ts";

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
  return `Your API token "${printable(token.name)}" (${token.uuid.slice(0, 8)}) expires ${left}, on ${day}: make the next one on\n${renewalUrl}\n`;
}

function tokenThatEnds(caller: Caller): ApiToken | undefined {
  if (caller.kind === "anonymous") return undefined;
  return caller.credential.kind === "api-token" ? caller.credential.token : undefined;
}

/** A terminal acts on control characters, and not only the owner of the token reads this. */
function printable(name: string): string {
  const text = name.replaceAll(/\p{C}/gu, "?");
  return text.length > NAME_LENGTH_MAX ? `${text.slice(0, NAME_LENGTH_MAX)}…` : text;
}
