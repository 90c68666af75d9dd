import { createVariableOperation } from "../../pipelines-config/create-variable.ts";
import { makeEnvironmentVariableRoute } from "../../pipelines-config/variable-routes.ts";

export const createEnvironmentVariableRoute = makeEnvironmentVariableRoute(createVariableOperation);
