import { jsonAnswer } from "../../../http/server/answer.ts";
import { getVariable } from "../../../operations/pipelines/variables.ts";
import { representPipelineVariable } from "../../../representations/pipeline-variable.ts";
import { makeRepositoryVariableRoute, type VariableOperation } from "./variable-routes.ts";

export const getVariableOperation: VariableOperation = {
  method: "GET",
  below: "/{variable_uuid}",
  async handle(ports, { place, params }) {
    return jsonAnswer(200, representPipelineVariable(await getVariable(ports, place, params.variable_uuid!)));
  },
};

export const getRepositoryVariableRoute = makeRepositoryVariableRoute(getVariableOperation);
