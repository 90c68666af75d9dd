import type { WorkspacePage } from "../../../../page.ts";
import { listHookDeliveries } from "../../../../webhooks/deliveries.ts";
import { getNamedAppHook } from "./hooks-of-app.ts";

/** What a webhook of an app was told. */
export const appWebhookPage: WorkspacePage = {
  path: "/{workspace}/workspace/settings/installed-apps/{app_key}/webhooks/{uid}",
  subject: "workspace",
  permission: "own",
  async get(ports, request) {
    const { hooks, webhook } = await getNamedAppHook(ports, request);
    return listHookDeliveries(ports, request, hooks, webhook);
  },
};
