import { noContentAnswer } from "../../../http/server/answer.ts";
import { removeWebhook } from "../../../operations/webhooks/webhooks.ts";
import { getNamedHook } from "./get-hook.ts";
import { type HookOperation, makeRepositoryHookRoute } from "./hook-routes.ts";

export const deleteHookOperation: HookOperation = {
  method: "DELETE",
  below: "/{uid}",
  apiTokenScopes: ["delete:webhook:bitbucket"],
  async handle(ports, request) {
    await removeWebhook(request.by, await getNamedHook(ports, request));
    return noContentAnswer();
  },
};

export const deleteRepositoryHookRoute = makeRepositoryHookRoute(deleteHookOperation);
