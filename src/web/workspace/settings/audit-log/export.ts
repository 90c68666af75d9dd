import { Readable } from "node:stream";
import type { Account } from "../../../../model/account.ts";
import type { AuditEvent } from "../../../../model/audit.ts";
import { Failure } from "../../../../model/failure.ts";
import type { Uuid } from "../../../../model/uuid.ts";
import type { Ports } from "../../../../ports.ts";
import { findAccountsByUuids } from "../../../../storage/sql/accounts/accounts.ts";
import {
  listWorkspaceAuditEvents,
  type WorkspaceAuditQuery,
} from "../../../../storage/sql/audit/workspace-audit.ts";
import { csvLine, downloadHeaders } from "../../../csv.ts";
import { file, type WorkspacePage } from "../../../page.ts";
import { readAuditFilter } from "./audit-query.ts";

export const EXPORTED_MAX = 100_000;
const BATCH = 1_000;

/** The audit log as a file, as it is filtered. It is written as it is read, a thousand entries at a time. */
export const auditExportPage: WorkspacePage = {
  path: "/{workspace}/workspace/settings/audit-log/export",
  subject: "workspace",
  permission: "own",
  async get({ database }, { query, workspace, signal }) {
    const filter = readAuditFilter(query);
    if (filter === undefined) throw new Failure("invalid-input", "from, to: not a date");
    const isCsv = query.get("format") !== "ndjson";
    const asked = { ...filter, workspaceUuid: workspace.uuid };
    const body = Readable.from(lines(database, asked, isCsv, signal), { objectMode: false });
    const name = `${workspace.slug}-audit-log.${isCsv ? "csv" : "ndjson"}`;
    return file(body, downloadHeaders(name, isCsv ? "text/csv" : "application/x-ndjson"));
  },
};

const COLUMNS = [
  "number",
  "time",
  "action",
  "by",
  "credential",
  "address",
  "subject",
  "name",
  "account",
  "details",
];

async function* lines(
  { kysely }: Ports["database"],
  asked: Omit<WorkspaceAuditQuery, "limit">,
  isCsv: boolean,
  signal: AbortSignal,
): AsyncGenerator<string> {
  if (isCsv) yield csvLine(COLUMNS);
  let before: number | undefined;
  for (let count = 0; count < EXPORTED_MAX && !signal.aborted; count += BATCH) {
    const events = await listWorkspaceAuditEvents(kysely, { ...asked, before, limit: BATCH });
    const uuids = events.flatMap(({ actor, affectedAccountUuid }) => [
      ...(actor.kind === "account" ? [actor.accountUuid] : []),
      ...(affectedAccountUuid === undefined ? [] : [affectedAccountUuid]),
    ]);
    const accounts = await findAccountsByUuids(kysely, new Set(uuids));
    yield events
      .map((event) => (isCsv ? csvOf(event, accounts) : `${JSON.stringify(fieldsOf(event, accounts))}\n`))
      .join("");
    if (events.length < BATCH) return;
    before = events.at(-1)!.sequence;
  }
}

type Names = ReadonlyMap<Uuid, Account>;

function fieldsOf(
  { sequence, at, action, actor, subject, affectedAccountUuid, details }: AuditEvent,
  accounts: Names,
) {
  const isByAccount = actor.kind === "account";
  return {
    number: sequence,
    time: at.toISOString(),
    action,
    by: isByAccount ? (accounts.get(actor.accountUuid)?.username ?? actor.accountUuid) : actor.kind,
    credential: isByAccount ? `${actor.credential.kind} ${actor.credential.id}` : undefined,
    // As on the page: of what people do to tokens of their own it is not shown.
    address: actor.kind === "operator" || subject.workspaceUuid === undefined ? undefined : actor.address,
    subject: subject.kind,
    name: subject.name,
    account: affectedAccountUuid && (accounts.get(affectedAccountUuid)?.username ?? affectedAccountUuid),
    details,
  };
}

function csvOf(event: AuditEvent, accounts: Names): string {
  const { details, ...fields } = fieldsOf(event, accounts);
  return csvLine([...Object.values(fields), JSON.stringify(details)]);
}
