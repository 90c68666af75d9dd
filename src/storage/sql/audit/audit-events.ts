import type { Kysely, Selectable } from "kysely";
import type { Actor, AuditAction, AuditDetails, AuditEvent, NewAuditEvent } from "../../../model/audit.ts";
import { maskPersonalText } from "../../../model/mask-secrets.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { instant } from "../columns.ts";
import type { AuditEventRow } from "../schema/audit.ts";
import type { Schema } from "../schema.ts";
import { sendAhead } from "../send-ahead.ts";

/**
 * Adds an entry, in the transaction of the change that it records. No function changes or deletes entries. People paste
 * tokens and addresses into names, so those are masked.
 */
export async function insertAuditEvent(tx: Kysely<Schema>, event: NewAuditEvent): Promise<void> {
  await tx.insertInto("audit_event").values(toRow(event)).execute();
}

/** For the transaction of the changes that they record. */
export async function insertAuditEvents(tx: Kysely<Schema>, events: readonly NewAuditEvent[]): Promise<void> {
  if (events.length === 0) return;
  await sendAhead(tx, tx.insertInto("audit_event").values(events.map(toRow)));
}

/** As `insertAuditEvent`, unless an entry says that the token has been used from this address before. */
export async function insertNewAddress(db: Kysely<Schema>, event: NewAuditEvent): Promise<void> {
  await db
    .insertInto("audit_event")
    .values(toRow(event))
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

function toRow({ at, action, actor, subject, affectedAccountUuid, details }: NewAuditEvent) {
  return {
    at: at.getTime(),
    action,
    actor_kind: actor.kind,
    account_uuid: actor.kind === "account" ? actor.accountUuid : null,
    token_uuid: actor.kind === "account" ? actor.credential.id : null,
    credential_kind: actor.kind === "account" ? actor.credential.kind : null,
    address: actor.kind === "operator" ? null : actor.address,
    subject_kind: subject.kind,
    subject_uuid: subject.uuid ?? null,
    subject_name: maskPersonalText(subject.name),
    workspace_uuid: subject.workspaceUuid ?? null,
    affected_account_uuid: affectedAccountUuid ?? null,
    details: JSON.stringify(details, (_name, value: unknown) =>
      typeof value === "string" ? maskPersonalText(value) : value,
    ),
  };
}

export type AuditQuery = {
  readonly since?: Date | undefined;
  /** The account as the actor or as the subject. */
  readonly accountUuid?: Uuid | undefined;
  /** The repository by id, or by its name at that time. */
  readonly repository?: { readonly uuid: Uuid | undefined; readonly name: string } | undefined;
  readonly action?: AuditAction | undefined;
  /** Only entries with a lower number. */
  readonly before?: number | undefined;
  readonly limit: number;
};

/** The tokens that were found in pushes, with the time of the last find. */
export async function findLeaks(db: Kysely<Schema>): Promise<ReadonlyMap<Uuid, Date>> {
  const rows = await db
    .selectFrom("audit_event")
    .select(["subject_uuid", (eb) => eb.fn.max("at").as("at")])
    .where("action", "=", "token.leaked" satisfies AuditAction)
    .groupBy("subject_uuid")
    .execute();
  return new Map(rows.map(({ subject_uuid, at }) => [subject_uuid as Uuid, instant(Number(at))]));
}

/** By its number. */
export async function findAuditEvent(db: Kysely<Schema>, sequence: number): Promise<AuditEvent | undefined> {
  const row = await db
    .selectFrom("audit_event")
    .selectAll()
    .where("sequence", "=", sequence)
    .executeTakeFirst();
  return row && toAuditEvent(row);
}

/** Newest first. */
export async function listAuditEvents(
  db: Kysely<Schema>,
  { since, accountUuid, repository, action, before, limit }: AuditQuery,
): Promise<readonly AuditEvent[]> {
  let query = db.selectFrom("audit_event").selectAll().orderBy("sequence", "desc").limit(limit);
  if (since !== undefined) query = query.where("at", ">=", since.getTime());
  if (action !== undefined) query = query.where("action", "=", action);
  if (before !== undefined) query = query.where("sequence", "<", before);
  if (accountUuid !== undefined) {
    query = query.where((eb) =>
      eb.or([eb("account_uuid", "=", accountUuid), eb("affected_account_uuid", "=", accountUuid)]),
    );
  }
  if (repository !== undefined) {
    const { uuid, name } = repository;
    query = query
      .where("subject_kind", "=", "repository")
      .where((eb) =>
        eb.or([
          eb("subject_name", "=", name),
          ...(uuid === undefined ? [] : [eb("subject_uuid", "=", uuid)]),
        ]),
      );
  }
  return (await query.execute()).map(toAuditEvent);
}

export function toAuditEvent(row: Selectable<AuditEventRow>): AuditEvent {
  return {
    sequence: row.sequence,
    at: instant(row.at),
    action: row.action as AuditAction,
    actor: toActor(row),
    subject: {
      kind: row.subject_kind as AuditEvent["subject"]["kind"],
      uuid: (row.subject_uuid ?? undefined) as Uuid | undefined,
      name: row.subject_name,
      ...(row.workspace_uuid === null ? {} : { workspaceUuid: row.workspace_uuid as Uuid }),
    },
    affectedAccountUuid: (row.affected_account_uuid ?? undefined) as Uuid | undefined,
    details: JSON.parse(row.details) as AuditDetails,
  };
}

function toActor(row: Selectable<AuditEventRow>): Actor {
  switch (row.actor_kind) {
    case "operator":
      return { kind: "operator" };
    case "anonymous":
      return { kind: "anonymous", address: row.address! };
    case "account":
      return {
        kind: "account",
        accountUuid: row.account_uuid as Uuid,
        credential: { kind: row.credential_kind ?? "api-token", id: row.token_uuid as Uuid },
        address: row.address!,
      };
  }
}
