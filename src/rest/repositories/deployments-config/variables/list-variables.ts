import { listVariablesOperation } from "../../pipelines-config/list-variables.ts";
import { makeEnvironmentVariableRoute } from "../../pipelines-config/variable-routes.ts";

export const listEnvironmentVariablesRoute = makeEnvironmentVariableRoute(listVariablesOperation);
