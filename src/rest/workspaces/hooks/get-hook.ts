import { getHook } from "../../repositories/hooks/get-hook.ts";
import { workspaceHookRoute } from "../../repositories/hooks/hook-routes.ts";

export const getWorkspaceHookRoute = workspaceHookRoute(getHook);
