import { deleteVariableOperation } from "../../pipelines-config/delete-variable.ts";
import { makeEnvironmentVariableRoute } from "../../pipelines-config/variable-routes.ts";

export const deleteEnvironmentVariableRoute = makeEnvironmentVariableRoute(deleteVariableOperation);
