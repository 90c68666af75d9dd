import type { Command } from "commander";
import { Failure } from "../../model/failure.ts";
import { fullName } from "../../model/repository.ts";
import { bracedUuid, parseUuid, type Uuid } from "../../model/uuid.ts";
import type { Webhook, WebhookDelivery } from "../../model/webhook.ts";
import { withoutPassword } from "../../model/without-password.ts";
import { redeliver } from "../../operations/webhooks/webhooks.ts";
import type { Ports } from "../../ports.ts";
import { findRepository } from "../../storage/sql/repositories/repositories.ts";
import {
  countPendingDeliveries,
  findDeliveries,
  listDeliveries,
} from "../../storage/sql/webhooks/webhook-deliveries.ts";
import { listAllWebhooks, listWebhooks } from "../../storage/sql/webhooks/webhooks.ts";
import { findWorkspace } from "../../storage/sql/workspaces/workspaces.ts";
import { createCommand, examples } from "../program.ts";
import { addSettings } from "../start/settings-options.ts";
import { withPorts } from "../start/with-ports.ts";
import { printJson, printLine, printTable, shortInstant } from "../terminal/print.ts";
import { UsageError } from "../terminal/problem.ts";
import { getNamedRepository, getNamedWorkspace } from "../workspace/named-subjects.ts";

export function createWebhookCommand(): Command {
  const webhook = createCommand("webhook")
    .description(
      "Webhooks and what was delivered to them, which is kept for 30 days. They are made over REST.",
    )
    .addHelpText("after", examples("pail webhook list", "pail webhook list --repository acme/demo"));
  addList(webhook);
  addDeliveries(webhook);
  addPayload(webhook);
  addRedeliver(webhook);
  return webhook;
}

type ListOptions = { readonly workspace?: string; readonly repository?: string; readonly json?: true };

function addList(webhook: Command): void {
  const command = webhook
    .command("list")
    .description("Lists webhooks, oldest first, with how their latest delivery went.")
    .option("--workspace <slug>", "only those of this workspace and its repositories")
    .option("--repository <name>", "only those of this repository, such as acme/demo")
    .option("--json", "as a JSON array")
    .addHelpText("after", examples("pail webhook list", "pail webhook list --repository acme/demo --json"));
  addSettings(command).action(async (options: ListOptions) => {
    const shown = await withPorts(command, async (ports) => {
      const webhooks = await findWebhooks(ports, options);
      return Promise.all(webhooks.map((each) => describeWebhook(ports, each)));
    });
    if (options.json) return printJson(shown);
    const rows = shown.map((each) => [
      each.id,
      each.subject,
      each.url,
      each.is_active ? "active" : "off",
      each.events.join(" "),
      String(each.pending),
      each.latest_delivery ?? "none",
    ]);
    const columns = ["id", "of", "url", "state", "events", "pending", "latest delivery"];
    printTable(columns, rows, "There are no webhooks");
  });
}

async function findWebhooks(
  ports: Ports,
  { workspace: slug, repository: name }: ListOptions,
): Promise<readonly Webhook[]> {
  const { kysely } = ports.database;
  if (slug !== undefined && name !== undefined)
    throw new UsageError("--workspace and --repository: give one of them");
  if (slug !== undefined) return listAllWebhooks(kysely, (await getNamedWorkspace(ports, slug)).uuid);
  if (name === undefined) return listAllWebhooks(kysely);
  const { uuid } = await getNamedRepository(ports, name);
  const page = { page: 1, pagelen: Number.MAX_SAFE_INTEGER };
  return (await listWebhooks(kysely, { kind: "repository", uuid }, page)).values;
}

async function describeWebhook({ database }: Pick<Ports, "database">, webhook: Webhook) {
  const { uuid, repositoryUuid, workspaceUuid } = webhook;
  const { kysely } = database;
  const repository =
    repositoryUuid === undefined
      ? undefined
      : await findRepository(kysely, undefined, { uuid: repositoryUuid });
  const workspace = await findWorkspace(kysely, { uuid: workspaceUuid });
  const [latest] = await listDeliveries(kysely, uuid, 1);
  return {
    id: uuid,
    subject: repository === undefined ? (workspace?.slug ?? bracedUuid(workspaceUuid)) : fullName(repository),
    url: withoutPassword(webhook.url),
    description: webhook.description,
    is_active: webhook.isActive,
    events: webhook.events,
    has_secret: webhook.secret !== undefined,
    created_on: webhook.createdAt.toISOString(),
    pending: await countPendingDeliveries(kysely, uuid),
    latest_delivery: latest?.state ?? null,
  };
}

function addDeliveries(webhook: Command): void {
  const command = webhook
    .command("deliveries")
    .description("Lists what a webhook was told, newest first, and what became of it.")
    .argument("<id>", "the webhook's id, or its first 8 or more characters")
    .option("--limit <number>", "how many at most", "50")
    .option("--json", "as a JSON array")
    .addHelpText("after", examples("pail webhook deliveries 1b9d6bcd --limit 10"));
  addSettings(command).action(
    async (id: string, options: { readonly limit: string; readonly json?: true }) => {
      if (!/^[1-9]\d{0,5}$/.test(options.limit))
        throw new UsageError("--limit: must be a number from 1 to 999999");
      const deliveries = await withPorts(command, async (ports) => {
        const { uuid } = await getWebhookById(ports, id);
        return listDeliveries(ports.database.kysely, uuid, Number(options.limit));
      });
      const shown = deliveries.map(describeDelivery);
      if (options.json) return printJson(shown);
      const rows = shown.map((each) => [
        each.id,
        shortInstant(new Date(each.created_on)),
        each.event,
        each.state,
        String(each.attempts),
        String(each.status ?? "-"),
        each.problem ?? "-",
      ]);
      const columns = ["id", "created", "event", "state", "attempts", "status", "problem"];
      printTable(columns, rows, "The webhook was told nothing yet");
    },
  );
}

function describeDelivery(delivery: WebhookDelivery) {
  return {
    id: delivery.uuid,
    webhook: delivery.webhookUuid,
    event: delivery.eventKey,
    state: delivery.state,
    attempts: delivery.attempts,
    status: delivery.responseStatus ?? null,
    problem: delivery.problem ?? null,
    payload_bytes: delivery.payload === undefined ? null : Buffer.byteLength(delivery.payload),
    created_on: delivery.createdAt.toISOString(),
    finished_on: delivery.finishedAt?.toISOString() ?? null,
  };
}

function addPayload(webhook: Command): void {
  const command = webhook
    .command("payload")
    .description("Prints the body of a delivery as it was sent, byte for byte: its signature is over these.")
    .argument("<delivery>", "the delivery's id, or its first 8 or more characters")
    .addHelpText("after", examples("pail webhook payload 6fa459ea > payload.json"));
  addSettings(command).action(async (id: string) => {
    const { payload } = await withPorts(command, (ports) => getDeliveryById(ports, id));
    if (payload === undefined) throw new Failure("not-found", `ID ${id}: the delivery has no body (yet)`);
    process.stdout.write(payload);
  });
}

function addRedeliver(webhook: Command): void {
  const command = webhook
    .command("redeliver")
    .description(
      "Delivers once more, behind the pending deliveries of the webhook: the same body under a new id, with attempts anew.\n" +
        "A running server sends it within seconds, another one when it starts.",
    )
    .argument("<delivery>", "the delivery's id, or its first 8 or more characters")
    .addHelpText("after", examples("pail webhook redeliver 6fa459ea"));
  addSettings(command).action(async (id: string) => {
    const again = await withPorts(command, async (ports, by) =>
      redeliver(ports, by, await getDeliveryById(ports, id)),
    );
    printLine(again);
  });
}

const PREFIX_LENGTH_MIN = 8;

function readPrefix(id: string): string {
  const prefix = id.replace(/^\{/, "").replace(/\}$/, "").toLowerCase();
  if (prefix.length < PREFIX_LENGTH_MIN || !/^[0-9a-f-]+$/.test(prefix))
    throw new UsageError(`ID ${id}: must be an id or its first ${PREFIX_LENGTH_MIN} or more characters`);
  return prefix;
}

async function getWebhookById({ database }: Pick<Ports, "database">, id: string): Promise<Webhook> {
  const prefix: string | Uuid = parseUuid(id) ?? readPrefix(id);
  const found = (await listAllWebhooks(database.kysely)).filter(({ uuid }) => uuid.startsWith(prefix));
  return onlyOne(found, id, "webhook");
}

async function getDeliveryById({ database }: Pick<Ports, "database">, id: string): Promise<WebhookDelivery> {
  const found = await findDeliveries(database.kysely, parseUuid(id) ?? readPrefix(id));
  return onlyOne(found, id, "delivery");
}

function onlyOne<T>(found: readonly T[], id: string, what: string): T {
  if (found.length > 1)
    throw new Failure("not-found", `ID ${id}: more than one ${what} has an id that begins so`);
  if (found[0] === undefined) throw new Failure("not-found", `ID ${id}: there is no such ${what}`);
  return found[0];
}
