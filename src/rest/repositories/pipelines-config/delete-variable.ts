import { noContentAnswer } from "../../../http/server/answer.ts";
import { getVariable, removeVariable } from "../../../operations/pipelines/variables.ts";
import { makeRepositoryVariableRoute, type VariableOperation } from "./variable-routes.ts";

export const deleteVariableOperation: VariableOperation = {
  method: "DELETE",
  below: "/{variable_uuid}",
  async handle(ports, { by, place, params }) {
    await removeVariable(by, place, await getVariable(ports, place, params.variable_uuid!));
    return noContentAnswer();
  },
};

export const deleteRepositoryVariableRoute = makeRepositoryVariableRoute(deleteVariableOperation);
