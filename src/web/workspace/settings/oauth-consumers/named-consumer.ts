import { Failure } from "../../../../model/failure.ts";
import type { OauthConsumer } from "../../../../model/oauth-consumer.ts";
import type { Ports } from "../../../../ports.ts";
import { findConsumerByKey } from "../../../../storage/sql/oauth/consumers.ts";
import { workspacePath } from "../../../links.ts";
import type { WorkspacePageRequest } from "../../../page.ts";

/** The consumer that the address names by its key, if it is one of the workspace. */
export async function namedConsumer(
  { database }: Pick<Ports, "database">,
  { params, workspace }: WorkspacePageRequest,
): Promise<OauthConsumer> {
  const found = await findConsumerByKey(database.kysely, params.consumer_key ?? "");
  if (found?.consumer.workspaceUuid !== workspace.uuid)
    throw new Failure("not-found", "There is no such OAuth consumer in the workspace");
  return found.consumer;
}

export function consumersPath({ workspace }: Pick<WorkspacePageRequest, "workspace">): string {
  return workspacePath(workspace, "settings", "oauth-consumers");
}

export function consumerPath(
  request: Pick<WorkspacePageRequest, "workspace">,
  { key }: OauthConsumer,
  ...rest: readonly string[]
): string {
  return [consumersPath(request), key, ...rest].join("/");
}
