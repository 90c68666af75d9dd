import type { Kysely } from "kysely";
import { reachFaultPoint } from "../../fault-points.ts";
import type { Actor, AuditAction, AuditDetails, AuditSubject, NewAuditEvent } from "../../model/audit.ts";
import { encodeEvent } from "../../model/encoded-event.ts";
import type { OutboxEvent } from "../../model/event.ts";
import type { Uuid } from "../../model/uuid.ts";
import type { Webhook } from "../../model/webhook.ts";
import { insertAuditEvents } from "./audit/audit-events.ts";
import type { Database } from "./database.ts";
import type { Schema } from "./schema.ts";
import type { TransactionOptions } from "./transaction-options.ts";
import type { OutboxSignal } from "./webhooks/outbox-signal.ts";
import { insertDeliveries, type NewDelivery } from "./webhooks/webhook-deliveries.ts";
import { listListeningWebhooks } from "./webhooks/webhooks.ts";

/** Where an event happened: in a repository, or, without one, in a workspace. Its webhooks are told. */
export type EventSubject = {
  readonly workspace: { readonly uuid: Uuid };
  readonly uuid?: Uuid;
};

/** An event of any kind without its actor, which is the writer. */
export type NewEvent = OutboxEvent extends infer Each
  ? Each extends OutboxEvent
    ? Omit<Each, "actorUuid">
    : never
  : never;

/** Records a change for the audit log and for webhooks. */
export type Recorder = {
  /** For the audit log. `account`: the account that the change is about, beside its actor. */
  audit(
    action: AuditAction,
    subject: AuditSubject,
    details?: AuditDetails & { readonly account?: Uuid },
  ): void;
  /** For the webhooks of the repository and of its workspace that listen to such events. */
  event(subject: EventSubject, event: NewEvent): void;
  /**
   * Reads which webhooks listen there, so that the transaction need not wait for it at its end. To be run together with
   * what is read anyway, once the subject is locked.
   */
  expectEvent(subject: EventSubject): Promise<void>;
  /** For what has to be read first: that is done at the end of the transaction, and only if a webhook listens. */
  eventToRead(
    subject: EventSubject,
    kind: NewEvent["kind"],
    read: (tx: Kysely<Schema>) => Promise<NewEvent>,
  ): void;
  /** For one webhook, again. */
  delivery(delivery: Omit<NewDelivery, "createdAt">): void;
};

/**
 * Changes something in one transaction, which ends by writing what was recorded: there is no change without its audit
 * entry and deliveries, and none of these without the change. After the commit the sender of webhooks is woken.
 */
export type WriteTransaction = <T>(
  work: (tx: Kysely<Schema>, record: Recorder) => Promise<T>,
  options?: TransactionOptions,
) => Promise<T>;

export type RecordingPorts = {
  readonly transactions: Pick<Database, "transaction">;
  readonly outbox: OutboxSignal;
  readonly clock: () => Date;
  readonly newUuid: () => Uuid;
};

export function openWriteTransaction(
  { transactions, outbox, clock, newUuid }: RecordingPorts,
  actor: Actor,
): WriteTransaction {
  return async (work, options) => {
    let hasDeliveries = false;
    const result = await transactions.transaction(async (tx) => {
      // Created for each attempt, since a transaction with a deadlock is run again.
      const { record, write } = openRecorder(tx, actor, { clock, newUuid });
      const done = await work(tx, record);
      hasDeliveries = await write();
      reachFaultPoint("transaction.recorded");
      return done;
    }, options);
    if (hasDeliveries) outbox.wake();
    return result;
  };
}

type OpenRecorder = {
  readonly record: Recorder;
  /** @returns whether any delivery is pending. */
  write(): Promise<boolean>;
};

function openRecorder(
  tx: Kysely<Schema>,
  actor: Actor,
  { clock, newUuid }: Pick<RecordingPorts, "clock" | "newUuid">,
): OpenRecorder {
  const audited: NewAuditEvent[] = [];
  const events: RecordedEvent[] = [];
  const deliveries: NewDelivery[] = [];
  const actorUuid = actor.kind === "account" ? actor.accountUuid : undefined;
  const listening = new Map<string, readonly Webhook[]>();
  let isWritten = false;
  const requireOpen = () => {
    if (isWritten) throw new Error("recorded after the end of the transaction: it would be lost");
  };

  async function listen({ uuid, workspace }: EventSubject): Promise<readonly Webhook[]> {
    const key = `${workspace.uuid} ${uuid}`;
    const webhooks =
      listening.get(key) ?? (await listListeningWebhooks(tx, { uuid, workspaceUuid: workspace.uuid }));
    listening.set(key, webhooks);
    return webhooks;
  }

  return {
    record: {
      audit(action, subject, { account, ...details } = {}) {
        requireOpen();
        audited.push({ at: clock(), action, actor, subject, affectedAccountUuid: account, details });
      },
      event(subject, event) {
        requireOpen();
        events.push({ subject, kind: event.kind, read: async () => event, at: clock() });
      },
      eventToRead(subject, kind, read) {
        requireOpen();
        events.push({ subject, kind, read, at: clock() });
      },
      async expectEvent(subject) {
        await listen(subject);
      },
      delivery(delivery) {
        requireOpen();
        deliveries.push({ ...delivery, createdAt: clock() });
      },
    },
    async write() {
      isWritten = true;
      await insertAuditEvents(tx, audited);
      for (const event of events)
        for (const delivery of await deliveriesOf(tx, await listen(event.subject), event, actorUuid))
          deliveries.push({ uuid: newUuid(), ...delivery });
      await insertDeliveries(tx, deliveries);
      return deliveries.length > 0;
    },
  };
}

type RecordedEvent = {
  readonly subject: EventSubject;
  readonly kind: OutboxEvent["kind"];
  readonly read: (tx: Kysely<Schema>) => Promise<NewEvent>;
  readonly at: Date;
};

async function deliveriesOf(
  tx: Kysely<Schema>,
  webhooks: readonly Webhook[],
  { kind, read, at }: RecordedEvent,
  actorUuid: Uuid | undefined,
): Promise<readonly Omit<NewDelivery, "uuid">[]> {
  const listening = webhooks.filter((webhook) => webhook.events.includes(kind));
  if (listening.length === 0) return [];
  const encoded = encodeEvent({ ...(await read(tx)), actorUuid } as OutboxEvent);
  return listening.map((webhook) => ({
    webhookUuid: webhook.uuid,
    eventKey: kind,
    event: encoded,
    payload: undefined,
    createdAt: at,
  }));
}
