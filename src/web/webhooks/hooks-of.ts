import type { Uuid } from "../../model/uuid.ts";
import { parseUuid } from "../../model/uuid.ts";
import type { Webhook, WebhookAttempt } from "../../model/webhook.ts";
import { getWebhook } from "../../operations/webhooks/webhooks.ts";
import type { Ports } from "../../ports.ts";
import type { WebhookSubject } from "../../storage/sql/webhooks/webhooks.ts";
import type { Html } from "../html.ts";
import { repositoryPlace, workspacePlace } from "../layout/place.ts";
import { repositorySettings } from "../layout/repository-settings.ts";
import { repositoryPath, workspacePath } from "../links.ts";
import type { PageRequest, RepositoryPageRequest, WorkspacePageRequest } from "../page.ts";
import { withWorkspaceSide } from "../workspace/settings/with-workspace-side.ts";

/** Whose webhooks pages are about: a repository's, or those of a workspace for all its repositories. */
export type HooksOf = {
  readonly subject: WebhookSubject;
  readonly workspaceUuid: Uuid;
  /** Its name, as it is shown. */
  readonly name: string;
  /** Of the list. The other pages lie below. */
  readonly path: string;
  readonly place: Html;
  /** With the list of settings at the side. */
  around(main: Html): Html;
  /** Nobody changes them on pages. */
  readonly isFixed?: true;
  /** How the request of an attempt was signed, if there is more to say than its headers do. */
  readonly describeSigned?: (attempt: WebhookAttempt) => Html;
};

export function hooksOfRepository(request: RepositoryPageRequest): HooksOf {
  const { repository } = request;
  return {
    subject: { kind: "repository", uuid: repository.uuid },
    workspaceUuid: repository.workspace.uuid,
    name: `${repository.workspace.slug}/${repository.slug}`,
    path: repositoryPath(repository, "admin", "webhooks"),
    place: repositoryPlace(request, "settings"),
    around: (main) => repositorySettings(request, main),
  };
}

export function hooksOfWorkspace(request: WorkspacePageRequest): HooksOf {
  const { workspace } = request;
  return {
    subject: { kind: "workspace", uuid: workspace.uuid },
    workspaceUuid: workspace.uuid,
    name: workspace.slug,
    path: workspacePath(workspace, "settings", "webhooks"),
    place: workspacePlace(request, "settings"),
    around: (main) => withWorkspaceSide(request, main),
  };
}

/** @throws Failure not-found. */
export function getNamedHook(
  ports: Pick<Ports, "database">,
  { params }: Pick<PageRequest, "params">,
  { subject }: HooksOf,
): Promise<Webhook> {
  return getWebhook(ports, subject, parseUuid(params.uid ?? ""), "There is no such webhook");
}
