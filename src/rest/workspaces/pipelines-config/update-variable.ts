import { updateVariableOperation } from "../../repositories/pipelines-config/update-variable.ts";
import { makeWorkspaceVariableRoute } from "../../repositories/pipelines-config/variable-routes.ts";

export const updateWorkspaceVariableRoute = makeWorkspaceVariableRoute(updateVariableOperation);
