import type { WorkspacePage } from "../../../../../page.ts";
import { deliverAgain, describeDelivery } from "../../../../../webhooks/deliveries.ts";
import { getNamedAppHook } from "../hooks-of-app.ts";

/** One delivery to a webhook of an app, with what was signed. */
export const appDeliveryPage: WorkspacePage = {
  path: "/{workspace}/workspace/settings/installed-apps/{app_key}/webhooks/{uid}/deliveries/{delivery_id}",
  subject: "workspace",
  permission: "own",
  async get(ports, request) {
    const { hooks, webhook } = await getNamedAppHook(ports, request);
    return describeDelivery(ports, request, hooks, webhook);
  },
  async post(ports, request) {
    const { hooks, webhook } = await getNamedAppHook(ports, request);
    return deliverAgain(ports, request, hooks, webhook);
  },
};
