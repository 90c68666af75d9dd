import type { WorkspacePage } from "../../../page.ts";
import { hooksOfWorkspace } from "../../../webhooks/hooks-of.ts";
import { listHooks } from "../../../webhooks/list.ts";

/** The webhooks of a workspace. */
export const workspaceWebhooksPage: WorkspacePage = {
  path: "/{workspace}/workspace/settings/webhooks",
  subject: "workspace",
  permission: "own",
  get: (ports, request) => listHooks(ports, request, hooksOfWorkspace(request)),
};
