import { createHook } from "../../repositories/hooks/create-hook.ts";
import { workspaceHookRoute } from "../../repositories/hooks/hook-routes.ts";

export const createWorkspaceHookRoute = workspaceHookRoute(createHook);
