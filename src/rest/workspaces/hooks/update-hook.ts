import { workspaceHookRoute } from "../../repositories/hooks/hook-routes.ts";
import { updateHook } from "../../repositories/hooks/update-hook.ts";

export const updateWorkspaceHookRoute = workspaceHookRoute(updateHook);
