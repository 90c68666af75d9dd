import { noContentAnswer } from "../../../http/server/answer.ts";
import { removeWebhook } from "../../../operations/webhooks/webhooks.ts";
import { getNamedHook } from "./get-hook.ts";
import { hookRoutes } from "./hook-routes.ts";

export const deleteHookRoutes = hookRoutes({
  method: "DELETE",
  below: "/{uid}",
  scopes: ["delete:webhook:bitbucket"],
  async handle(ports, request) {
    await removeWebhook(ports, await getNamedHook(ports, request));
    return noContentAnswer();
  },
});
