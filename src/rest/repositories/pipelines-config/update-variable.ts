import { jsonAnswer } from "../../../http/server/answer.ts";
import { changeVariable, getVariable } from "../../../operations/pipelines/variables.ts";
import { representPipelineVariable } from "../../../representations/pipeline-variable.ts";
import { parseVariableChange, VariableBody } from "./variable-body.ts";
import { makeRepositoryVariableRoute, type VariableOperation } from "./variable-routes.ts";

/** What the body does not name stays (our choice). */
export const updateVariableOperation: VariableOperation<typeof VariableBody> = {
  method: "PUT",
  below: "/{variable_uuid}",
  body: VariableBody,
  async handle(ports, { by, place, params, body }) {
    const { uuid } = await getVariable(ports, place, params.variable_uuid!);
    const changed = await changeVariable(ports, by, place, uuid, parseVariableChange(body));
    return jsonAnswer(200, representPipelineVariable(changed));
  },
};

export const updateRepositoryVariableRoute = makeRepositoryVariableRoute(updateVariableOperation);
