import type { Command } from "commander";
import { AUDIT_ACTIONS, type AuditAction, type AuditEvent } from "../../model/audit.ts";
import type { CredentialReference } from "../../model/caller.ts";
import type { Uuid } from "../../model/uuid.ts";
import type { Ports } from "../../ports.ts";
import { findAccountByUuid } from "../../storage/sql/accounts/accounts.ts";
import { type AuditQuery, listAuditEvents } from "../../storage/sql/audit/audit-events.ts";
import { getNamedAccount } from "../account/get-named-account.ts";
import { createCommand, examples } from "../program.ts";
import { addSettings } from "../start/settings-options.ts";
import { withPorts } from "../start/with-ports.ts";
import { printLine, printNote, printWrapped, shortInstant } from "../terminal/print.ts";
import { UsageError } from "../terminal/problem.ts";
import { findRepositoryByName } from "../workspace/named-subjects.ts";
import { readSince } from "./read-since.ts";

const LIMIT_DEFAULT = 100;
/** How many are read at a time for an export. */
const BATCH = 1_000;

type Options = {
  readonly since?: string;
  readonly account?: string;
  readonly repository?: string;
  readonly action?: string;
  readonly limit?: string;
  readonly json?: true;
};

export function createAuditCommand(): Command {
  const command = createCommand("audit")
    .description(
      "The audit log, newest first: who gave whom access to what, and who was refused it. It is only added to.",
    )
    .option(
      "--since <time>",
      "only what is not older: such as 30m, 12h or 7d, or an instant like 2026-11-27T08:00Z",
    )
    .option("--account <email>", "only what the account did, or what was done to it")
    .option("--repository <name>", "only what was done to this repository, such as acme/demo, deleted or not")
    .option("--action <action>", "only this, such as token.created")
    .option("--limit <number>", `at most so many, or all (default: ${LIMIT_DEFAULT}; with --json, all)`)
    .option("--json", "as JSON lines, whole")
    .addHelpText(
      "after",
      examples(
        "pail audit --since 7d",
        "pail audit --account ada@example.com --action access.refused",
        "pail audit --json > audit.jsonl",
      ),
    );
  return addSettings(command).action(async (options: Options) => {
    const limit = readLimit(options);
    const [action, now] = [readAction(options.action), new Date()];
    const since = options.since === undefined ? undefined : readSince("--since", options.since, now);
    await withPorts(command, async (ports) => {
      const query = { ...(await readSubject(ports, options)), action, since };
      if (options.json) {
        await forEachEvent(ports, query, limit, (event) => printLine(JSON.stringify(describeEvent(event))));
      } else await printEvents(ports, query, limit);
    });
  });
}

function readLimit({ limit, json }: Options): number {
  if (limit === undefined) return json ? Number.POSITIVE_INFINITY : LIMIT_DEFAULT;
  if (limit === "all") return Number.POSITIVE_INFINITY;
  const count = /^\d{1,9}$/.test(limit) ? Number(limit) : 0;
  if (count === 0) throw new UsageError("--limit: must be a whole number from 1, or all");
  return count;
}

function readAction(text: string | undefined): AuditAction | undefined {
  const action = AUDIT_ACTIONS.find((each) => each === text);
  if (text !== undefined && action === undefined)
    throw new UsageError(`--action: must be one of ${AUDIT_ACTIONS.join(", ")}`);
  return action;
}

async function readSubject(
  ports: Ports,
  { account, repository }: Options,
): Promise<Pick<AuditQuery, "accountUuid" | "repository">> {
  return {
    accountUuid: account === undefined ? undefined : (await getNamedAccount(ports, "account", account)).uuid,
    repository:
      repository === undefined
        ? undefined
        : { name: repository, uuid: (await findRepositoryByName(ports, repository))?.uuid },
  };
}

/** In batches, so that an export of any length needs no more memory. */
async function forEachEvent(
  { database }: Ports,
  query: Omit<AuditQuery, "limit">,
  limit: number,
  take: (event: AuditEvent) => void | Promise<void>,
): Promise<void> {
  let left = limit;
  let before: number | undefined;
  while (left > 0) {
    const asked = Math.min(left, BATCH);
    const events = await listAuditEvents(database.kysely, { ...query, before, limit: asked });
    for (const event of events) await take(event);
    if (events.length < asked) return;
    left -= events.length;
    before = events.at(-1)!.sequence;
  }
}

async function printEvents(ports: Ports, query: Omit<AuditQuery, "limit">, limit: number): Promise<void> {
  const names = new Map<Uuid, string>();
  const nameOf = async (uuid: Uuid) => {
    if (!names.has(uuid))
      names.set(uuid, (await findAccountByUuid(ports.database.kysely, uuid))?.username ?? uuid);
    return names.get(uuid)!;
  };
  let count = 0;
  await forEachEvent(ports, query, limit, async (event) => {
    const { actor, subject, affectedAccountUuid, details } = event;
    count += 1;
    printWrapped([
      shortInstant(event.at),
      event.action,
      ...(affectedAccountUuid === undefined ? [] : [await nameOf(affectedAccountUuid)]),
      `(${subject.kind} ${subject.name})`,
      ...Object.entries(details).flatMap(([name, value]) =>
        `${name}=${Array.isArray(value) ? value.join(", ") : value}`.split(" "),
      ),
      `by ${actor.kind === "account" ? await nameOf(actor.accountUuid) : actor.kind}`,
      ...(actor.kind === "account" ? describeCredential(actor.credential) : []),
      ...(actor.kind === "operator" ? [] : [`from ${actor.address}`]),
    ]);
  });
  if (count === 0) printNote("There is nothing in the audit log that fits");
}

function describeCredential({ kind, id }: CredentialReference): readonly string[] {
  return [kind === "api-token" ? "token" : kind, id.slice(0, 8)];
}

function describeEvent({ sequence, at, action, actor, subject, affectedAccountUuid, details }: AuditEvent) {
  return {
    id: sequence,
    at: at.toISOString(),
    action,
    actor: actor.kind,
    account_uuid: actor.kind === "account" ? actor.accountUuid : null,
    credential: actor.kind === "account" ? actor.credential : null,
    address: actor.kind === "operator" ? null : actor.address,
    subject: { kind: subject.kind, uuid: subject.uuid ?? null, name: subject.name },
    affected_account_uuid: affectedAccountUuid ?? null,
    details,
  };
}
