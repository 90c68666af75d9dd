import { writeCanonicalRequest } from "../../../../../connect/query-string-hash.ts";
import { targetBelow } from "../../../../../connect/token-for-app.ts";
import { type Installation, parseAppKey } from "../../../../../model/app.ts";
import { Failure } from "../../../../../model/failure.ts";
import { parseUuid } from "../../../../../model/uuid.ts";
import type { Webhook } from "../../../../../model/webhook.ts";
import type { Ports } from "../../../../../ports.ts";
import { findInstallationIn } from "../../../../../storage/sql/apps/installations.ts";
import { listAppWebhooks } from "../../../../../storage/sql/webhooks/webhooks.ts";
import { workspacePath } from "../../../../links.ts";
import type { WorkspacePageRequest } from "../../../../page.ts";
import { type HooksOf, hooksOfWorkspace } from "../../../../webhooks/hooks-of.ts";
import { describeToken } from "../describe-token.ts";

/** The app that the path names. @throws Failure not-found. */
export async function getNamedInstallation(
  { database }: Pick<Ports, "database">,
  { workspace, params }: WorkspacePageRequest,
): Promise<Installation> {
  const key = parseAppKey(params.app_key ?? "");
  const found = key && (await findInstallationIn(database.kysely, workspace.uuid, key));
  if (found?.state !== "installed") throw new Failure("not-found", "The app is not installed");
  return found;
}

/** A webhook that an app has by its descriptor, which nobody changes here. @throws Failure not-found. */
export async function getNamedAppHook(
  ports: Pick<Ports, "database">,
  request: WorkspacePageRequest,
): Promise<{ readonly hooks: HooksOf; readonly webhook: Webhook }> {
  const { appKey, descriptor, uuid } = await getNamedInstallation(ports, request);
  const named = parseUuid(request.params.uid ?? "");
  const webhook = (await listAppWebhooks(ports.database.kysely, uuid)).find((each) => each.uuid === named);
  if (webhook === undefined) throw new Failure("not-found", "There is no such webhook");
  const hooks: HooksOf = {
    ...hooksOfWorkspace(request),
    name: descriptor.name,
    path: workspacePath(request.workspace, "settings", "installed-apps", appKey, "webhooks"),
    isFixed: true,
    describeSigned: ({ url, requestHeaders }) =>
      describeToken(
        request,
        requestHeaders,
        writeCanonicalRequest({ method: "POST", target: targetBelow(descriptor.baseUrl, url) }),
      ),
  };
  return { hooks, webhook };
}
