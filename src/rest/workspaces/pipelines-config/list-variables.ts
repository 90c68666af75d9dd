import { listVariablesOperation } from "../../repositories/pipelines-config/list-variables.ts";
import { makeWorkspaceVariableRoute } from "../../repositories/pipelines-config/variable-routes.ts";

export const listWorkspaceVariablesRoute = makeWorkspaceVariableRoute(listVariablesOperation);
