import { hash } from "node:crypto";
import type { Account } from "../model/account.ts";
import { ANONYMOUS, type Caller } from "../model/caller.ts";
import { Failure } from "../model/failure.ts";
import type { Secret } from "../model/secret.ts";
import { isSessionAlive, type Session } from "../model/session.ts";
import type { Ports } from "../ports.ts";
import { touchSession } from "../storage/sql/accounts/sessions.ts";
import { boundOfSession } from "./bound-of-token.ts";

type AuthenticationPorts = Pick<Ports, "database" | "clock" | "log">;

/** 256 bits. */
const SECRET_BYTES = 32;
/** Each commit empties the caches of look-ups, so that the last use is not written with every page. */
const LAST_USED_STEP_MS = 5 * 60_000;

/** The value of a session's cookie. One hash is enough to store it by: it is random. */
export function writeSessionText(randomBytes: Ports["randomBytes"]): string {
  return randomBytes(SECRET_BYTES).toString("base64url");
}

export function digestSession(text: Secret): Buffer {
  return hash("sha256", text.reveal(), "buffer");
}

/**
 * Who is signed in by the value of a cookie. An unknown or ended one is no failure: its sender is simply not signed in.
 *
 * @param cookie undefined if none was sent.
 */
export async function authenticateSession(
  ports: AuthenticationPorts,
  cookie: Secret | undefined,
  address: string,
): Promise<Caller> {
  const found = cookie && (await ports.database.lookups.findSessionByDigest(digestSession(cookie)));
  const now = ports.clock();
  if (found === undefined || sessionProblem(found, now) !== undefined) return ANONYMOUS;
  recordUse(ports, found.session, now, address);
  const { session, account } = found;
  return {
    kind: "account",
    account,
    credential: {
      kind: "session",
      id: session.uuid,
      scopes: { vocabulary: "none" },
      session,
      bound: boundOfSession(found, { now, address }),
    },
  };
}

export type SessionAndAccount = { readonly session: Session; readonly account: Account };

/** @throws Failure credential-missing if there is no such session any more: whoever sent it has to sign in again. */
export function requireLivingSession(found: SessionAndAccount | undefined, now: Date): void {
  const problem = found === undefined ? "the session has ended" : sessionProblem(found, now);
  if (problem !== undefined)
    throw new Failure("credential-missing", "Your session has ended: sign in again", { reason: problem });
}

function sessionProblem({ session, account }: SessionAndAccount, now: Date): string | undefined {
  if (!isSessionAlive(session, now)) return "the session has ended by its age";
  return account.isDisabled ? "the account of the session is disabled" : undefined;
}

/** Not awaited: the answer does not depend on it. */
function recordUse(
  { database, log }: AuthenticationPorts,
  session: Session,
  at: Date,
  address: string,
): void {
  const notBefore = new Date(at.getTime() - LAST_USED_STEP_MS);
  if (session.lastUsedAt > notBefore && session.lastUsedAt <= at) return;
  touchSession(database.kysely, session.uuid, { at, notBefore, address }).catch((error: unknown) => {
    log.warn({ "credential.id": session.uuid, error }, "last use of a session was not recorded");
  });
}
