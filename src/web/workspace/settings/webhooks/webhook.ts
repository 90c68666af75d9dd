import type { WorkspacePage } from "../../../page.ts";
import { listHookDeliveries } from "../../../webhooks/deliveries.ts";
import { getNamedHook, hooksOfWorkspace } from "../../../webhooks/hooks-of.ts";

/** What a webhook of a workspace was told. */
export const workspaceWebhookPage: WorkspacePage = {
  path: "/{workspace}/workspace/settings/webhooks/{uid}",
  subject: "workspace",
  permission: "own",
  async get(ports, request) {
    const hooks = hooksOfWorkspace(request);
    return listHookDeliveries(ports, request, hooks, await getNamedHook(ports, request, hooks));
  },
};
