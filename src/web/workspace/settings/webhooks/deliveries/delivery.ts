import type { WorkspacePage } from "../../../../page.ts";
import { deliverAgain, describeDelivery } from "../../../../webhooks/deliveries.ts";
import { getNamedHook, hooksOfWorkspace } from "../../../../webhooks/hooks-of.ts";

/** One delivery to a webhook of a workspace. */
export const workspaceDeliveryPage: WorkspacePage = {
  path: "/{workspace}/workspace/settings/webhooks/{uid}/deliveries/{delivery_id}",
  subject: "workspace",
  permission: "own",
  async get(ports, request) {
    const hooks = hooksOfWorkspace(request);
    return describeDelivery(ports, request, hooks, await getNamedHook(ports, request, hooks));
  },
  async post(ports, request) {
    const hooks = hooksOfWorkspace(request);
    return deliverAgain(ports, request, hooks, await getNamedHook(ports, request, hooks));
  },
};
