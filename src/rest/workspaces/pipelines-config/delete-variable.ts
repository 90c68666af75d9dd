import { deleteVariableOperation } from "../../repositories/pipelines-config/delete-variable.ts";
import { makeWorkspaceVariableRoute } from "../../repositories/pipelines-config/variable-routes.ts";

export const deleteWorkspaceVariableRoute = makeWorkspaceVariableRoute(deleteVariableOperation);
