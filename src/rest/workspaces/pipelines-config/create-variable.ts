import { createVariableOperation } from "../../repositories/pipelines-config/create-variable.ts";
import { makeWorkspaceVariableRoute } from "../../repositories/pipelines-config/variable-routes.ts";

export const createWorkspaceVariableRoute = makeWorkspaceVariableRoute(createVariableOperation);
