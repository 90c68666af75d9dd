import { getVariableOperation } from "../../repositories/pipelines-config/get-variable.ts";
import { makeWorkspaceVariableRoute } from "../../repositories/pipelines-config/variable-routes.ts";

export const getWorkspaceVariableRoute = makeWorkspaceVariableRoute(getVariableOperation);
