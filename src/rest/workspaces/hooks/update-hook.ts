import { makeWorkspaceHookRoute } from "../../repositories/hooks/hook-routes.ts";
import { updateHookOperation } from "../../repositories/hooks/update-hook.ts";

export const updateWorkspaceHookRoute = makeWorkspaceHookRoute(updateHookOperation);
