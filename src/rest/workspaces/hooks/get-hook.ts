import { getHookOperation } from "../../repositories/hooks/get-hook.ts";
import { makeWorkspaceHookRoute } from "../../repositories/hooks/hook-routes.ts";

export const getWorkspaceHookRoute = makeWorkspaceHookRoute(getHookOperation);
