import { deleteHookOperation } from "../../repositories/hooks/delete-hook.ts";
import { makeWorkspaceHookRoute } from "../../repositories/hooks/hook-routes.ts";

export const deleteWorkspaceHookRoute = makeWorkspaceHookRoute(deleteHookOperation);
