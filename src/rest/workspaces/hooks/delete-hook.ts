import { deleteHook } from "../../repositories/hooks/delete-hook.ts";
import { workspaceHookRoute } from "../../repositories/hooks/hook-routes.ts";

export const deleteWorkspaceHookRoute = workspaceHookRoute(deleteHook);
