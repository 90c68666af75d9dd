import { makeWorkspaceHookRoute } from "../../repositories/hooks/hook-routes.ts";
import { listHooksOperation } from "../../repositories/hooks/list-hooks.ts";

export const listWorkspaceHooksRoute = makeWorkspaceHookRoute(listHooksOperation);
