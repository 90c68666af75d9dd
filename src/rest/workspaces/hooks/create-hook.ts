import { createHookOperation } from "../../repositories/hooks/create-hook.ts";
import { makeWorkspaceHookRoute } from "../../repositories/hooks/hook-routes.ts";

export const createWorkspaceHookRoute = makeWorkspaceHookRoute(createHookOperation);
