import type { Logger } from "pino";
import { type Actor, type AuditSubject, type NewAuditEvent, tokenSubject } from "../../../model/audit.ts";
import type { FailureKind } from "../../../model/failure.ts";
import { fullName, type Repository } from "../../../model/repository.ts";
import type { Token } from "../../../model/token.ts";
import type { Uuid } from "../../../model/uuid.ts";
import type { Database } from "../database.ts";
import { insertAuditEvent, insertNewAddress } from "./audit-events.ts";

export type AccountActor = Extract<Actor, { readonly kind: "account" }>;

export type Refusal = {
  /** The account of a genuine token, which may have expired or been revoked. */
  readonly actor: AccountActor;
  readonly method: string;
  /** The route's pattern: the actual path may contain secrets. */
  readonly route: string;
  readonly kind: FailureKind;
  /** For the operator: what was missing. */
  readonly reason: string | undefined;
  /** Finds the subject of the request. Only called if the refusal is recorded. */
  findSubject(): Promise<AuditSubject | undefined>;
};

/**
 * Entries of the audit log that do not record a change. No answer waits for them; if one cannot be written, the log
 * says so.
 */
export type AuditNotes = {
  /** `network`: the address, shortened to the part that distinguishes clients. */
  noteAddress(actor: AccountActor, tokenName: string, network: string): void;
  noteRefusal(refusal: Refusal): void;
  /** For the owner of a token that somebody tried to push to the repository. */
  noteLeak(actor: Actor, token: Pick<Token, "uuid" | "name" | "accountUuid">, repository: Repository): void;
  /** Resolves when nothing is being written. */
  idle(): Promise<void>;
  /** Forgets what was noted in this hour: its rows are gone. */
  clear(): void;
};

const HOUR_MS = 3_600_000;
/** The limit keeps clients from filling the disk with refusals or with new addresses. */
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
  /** What was noted in the hour that began at `begunAt`, so that it is noted only once in that hour. */
  let noted = new Set<string>();
  let addresses = new Map<Uuid, number>();
  let begunAt = clock().getTime();

  function beginHour(): void {
    const now = clock().getTime();
    if (now >= begunAt && now - begunAt < HOUR_MS) return;
    clear();
    begunAt = now;
  }

  function clear(): void {
    noted = new Set();
    addresses = new Map();
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
      const key = `${actor.credential.id} ${network}`;
      beginHour();
      const count = addresses.get(actor.credential.id) ?? 0;
      if (count >= ADDRESSES_AN_HOUR_MAX || !isFirst(key)) return;
      addresses.set(actor.credential.id, count + 1);
      const event: NewAuditEvent = {
        at: clock(),
        action: "token.used-from-new-address",
        actor: { ...actor, address: network },
        subject: { kind: "token", uuid: actor.credential.id, name: tokenName },
        affectedAccountUuid: actor.accountUuid,
        details: {},
      };
      write(key, () => insertNewAddress(database.kysely, event));
    },
    noteRefusal({ actor, method, route, kind, reason, findSubject }) {
      beginHour();
      const key = `${actor.credential.id} ${kind} ${method} ${route}`;
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
        // Its owners are to know, whoever has the token.
        subject: { ...tokenSubject(token), workspaceUuid: repository.workspace.uuid },
        affectedAccountUuid: token.accountUuid,
        details: { repository: fullName(repository) },
      };
      write(key, () => insertAuditEvent(database.kysely, event));
    },
    async idle() {
      while (pending.size > 0) await Promise.all(pending);
    },
    clear,
  };
}
