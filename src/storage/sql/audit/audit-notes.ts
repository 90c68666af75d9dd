import type { Logger } from "pino";
import type { ApiToken } from "../../../model/api-token.ts";
import { type Actor, type AuditSubject, type NewAuditEvent, tokenSubject } from "../../../model/audit.ts";
import type { FailureKind } from "../../../model/failure.ts";
import { fullName, type Repository } from "../../../model/repository.ts";
import type { Uuid } from "../../../model/uuid.ts";
import type { Database } from "../database.ts";
import { insertAuditEvent, insertNewAddress } from "./audit-events.ts";

export type AccountActor = Extract<Actor, { readonly kind: "account" }>;

export type Refusal = {
  /** Whose token it is, genuine though it may have ended. */
  readonly actor: AccountActor;
  readonly method: string;
  /** The route's pattern: what a client has sent may hold secrets. */
  readonly route: string;
  readonly kind: FailureKind;
  /** For the operator: what was missing. */
  readonly reason: string | undefined;
  /** What was asked for, where it can be found. Only called if the refusal is written down. */
  findSubject(): Promise<AuditSubject | undefined>;
};

/** Entries of the audit log that tell of no change. No answer waits for them; one that fails is a line in the log. */
export type AuditNotes = {
  /** `network`: the address, as far as it tells one client from another. */
  noteAddress(actor: AccountActor, tokenName: string, network: string): void;
  noteRefusal(refusal: Refusal): void;
  /** For the owner of a token that somebody was about to publish in the repository. */
  noteLeak(actor: Actor, token: ApiToken, repository: Repository): void;
  /** Resolves when nothing is being written. */
  idle(): Promise<void>;
};

const HOUR_MS = 3_600_000;
/** A client must not be able to fill the disk by being refused, or by changing its address. */
export const NOTES_AN_HOUR_MAX = 10_000;
export const ADDRESSES_AN_HOUR_MAX = 100;

export function openAuditNotes({
  database,
  clock,
  log,
}: {
  readonly database: Database;
  readonly clock: () => Date;
  readonly log: Logger;
}): AuditNotes {
  const pending = new Set<Promise<void>>();
  /** What was noted in the hour that began at `begunAt`: the same is not noted again in it. */
  let noted = new Set<string>();
  let addresses = new Map<Uuid, number>();
  let begunAt = clock().getTime();

  function beginHour(): void {
    const now = clock().getTime();
    if (now >= begunAt && now - begunAt < HOUR_MS) return;
    noted = new Set();
    addresses = new Map();
    begunAt = now;
  }

  function isFirst(key: string): boolean {
    if (noted.has(key) || noted.size >= NOTES_AN_HOUR_MAX) return false;
    noted.add(key);
    if (noted.size === NOTES_AN_HOUR_MAX)
      log.warn({ "notes.max": NOTES_AN_HOUR_MAX }, "the audit log takes no more notes in this hour");
    return true;
  }

  function write(key: string, work: () => Promise<void>): void {
    const writing = work()
      .catch((error: unknown) => {
        noted.delete(key);
        log.warn({ err: error }, "a note for the audit log was not written");
      })
      .finally(() => pending.delete(writing));
    pending.add(writing);
  }

  return {
    noteAddress(actor, tokenName, network) {
      const key = `${actor.tokenUuid} ${network}`;
      beginHour();
      const count = addresses.get(actor.tokenUuid) ?? 0;
      if (count >= ADDRESSES_AN_HOUR_MAX || !isFirst(key)) return;
      addresses.set(actor.tokenUuid, count + 1);
      const event: NewAuditEvent = {
        at: clock(),
        action: "token.used-from-new-address",
        actor: { ...actor, address: network },
        subject: { kind: "token", uuid: actor.tokenUuid, name: tokenName },
        affectedAccountUuid: actor.accountUuid,
        details: {},
      };
      write(key, () => insertNewAddress(database.kysely, event));
    },
    noteRefusal({ actor, method, route, kind, reason, findSubject }) {
      beginHour();
      const key = `${actor.tokenUuid} ${kind} ${method} ${route}`;
      if (!isFirst(key)) return;
      const at = clock();
      write(key, async () => {
        const subject = (await findSubject()) ?? { kind: "route", uuid: undefined, name: route };
        await insertAuditEvent(database.kysely, {
          at,
          action: "access.refused",
          actor,
          subject,
          affectedAccountUuid: actor.accountUuid,
          details: { method, route, kind, reason },
        });
      });
    },
    noteLeak(actor, token, repository) {
      beginHour();
      const pusher = actor.kind === "account" ? actor.accountUuid : actor.kind;
      const key = `leak ${pusher} ${token.uuid} ${repository.uuid}`;
      if (!isFirst(key)) return;
      const event: NewAuditEvent = {
        at: clock(),
        action: "token.leaked",
        actor,
        subject: tokenSubject(token),
        affectedAccountUuid: token.accountUuid,
        details: { repository: fullName(repository) },
      };
      write(key, () => insertAuditEvent(database.kysely, event));
    },
    async idle() {
      while (pending.size > 0) await Promise.all(pending);
    },
  };
}
