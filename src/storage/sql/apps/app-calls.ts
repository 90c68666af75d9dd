import type { Kysely, Selectable } from "kysely";
import type { AppCall, AppKey } from "../../../model/app.ts";
import type { Uuid } from "../../../model/uuid.ts";
import type { HeaderLine } from "../../../model/webhook.ts";
import { instant } from "../columns.ts";
import type { AppCallRow } from "../schema/apps.ts";
import type { Schema } from "../schema.ts";

function toCall(row: Selectable<AppCallRow>): AppCall {
  return {
    uuid: row.uuid as Uuid,
    workspaceUuid: row.workspace_uuid as Uuid,
    appKey: (row.app_key ?? undefined) as AppKey | undefined,
    kind: row.kind,
    sentAt: instant(row.sent_at),
    durationMs: row.duration_ms,
    method: row.method,
    url: row.url,
    canonicalRequest: row.canonical_request ?? undefined,
    requestHeaders: JSON.parse(row.request_headers) as readonly HeaderLine[],
    requestBody: row.request_body ?? undefined,
    responseStatus: row.response_status ?? undefined,
    responseHeaders: JSON.parse(row.response_headers) as readonly HeaderLine[],
    responseBody: row.response_body ?? undefined,
    problem: row.problem ?? undefined,
  };
}

export async function insertAppCall(db: Kysely<Schema>, call: AppCall): Promise<void> {
  await db
    .insertInto("app_call")
    .values({
      uuid: call.uuid,
      workspace_uuid: call.workspaceUuid,
      app_key: call.appKey ?? null,
      kind: call.kind,
      sent_at: call.sentAt.getTime(),
      duration_ms: call.durationMs,
      method: call.method,
      url: call.url,
      canonical_request: call.canonicalRequest ?? null,
      request_headers: JSON.stringify(call.requestHeaders),
      request_body: call.requestBody ?? null,
      response_status: call.responseStatus ?? null,
      response_headers: JSON.stringify(call.responseHeaders),
      response_body: call.responseBody ?? null,
      problem: call.problem ?? null,
    })
    .execute();
}

/** The latest of a workspace, newest first. */
export async function listAppCalls(
  db: Kysely<Schema>,
  workspaceUuid: Uuid,
  { appKey, limit }: { readonly appKey?: AppKey; readonly limit: number },
): Promise<readonly AppCall[]> {
  let all = db.selectFrom("app_call").selectAll().where("workspace_uuid", "=", workspaceUuid);
  if (appKey !== undefined) all = all.where("app_key", "=", appKey);
  const rows = await all.orderBy("sequence", "desc").limit(limit).execute();
  return rows.map(toCall);
}

export async function findAppCall(
  db: Kysely<Schema>,
  workspaceUuid: Uuid,
  uuid: Uuid,
): Promise<AppCall | undefined> {
  const row = await db
    .selectFrom("app_call")
    .selectAll()
    .where("workspace_uuid", "=", workspaceUuid)
    .where("uuid", "=", uuid)
    .executeTakeFirst();
  return row && toCall(row);
}

/** @returns how many were deleted. */
export async function deleteAppCallsBefore(db: Kysely<Schema>, instantMin: Date): Promise<number> {
  const result = await db
    .deleteFrom("app_call")
    .where("sent_at", "<", instantMin.getTime())
    .executeTakeFirst();
  return Number(result.numDeletedRows);
}
