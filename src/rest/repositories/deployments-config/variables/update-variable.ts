import { updateVariableOperation } from "../../pipelines-config/update-variable.ts";
import { makeEnvironmentVariableRoute } from "../../pipelines-config/variable-routes.ts";

export const updateEnvironmentVariableRoute = makeEnvironmentVariableRoute(updateVariableOperation);
