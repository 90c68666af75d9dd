import { workspaceHookRoute } from "../../repositories/hooks/hook-routes.ts";
import { listHooks } from "../../repositories/hooks/list-hooks.ts";

export const listWorkspaceHooksRoute = workspaceHookRoute(listHooks);
