import { jsonAnswer } from "../../../http/server/answer.ts";
import { createVariable } from "../../../operations/pipelines/variables.ts";
import { representPipelineVariable } from "../../../representations/pipeline-variable.ts";
import { NewVariableBody, parseNewVariable } from "./variable-body.ts";
import { makeRepositoryVariableRoute, type VariableOperation } from "./variable-routes.ts";

export const createVariableOperation: VariableOperation<typeof NewVariableBody> = {
  method: "POST",
  below: "",
  body: NewVariableBody,
  async handle(ports, { by, place, body, variablesUrl }) {
    const shown = representPipelineVariable(await createVariable(ports, by, place, parseNewVariable(body)));
    return jsonAnswer(201, shown, { location: `${variablesUrl}/${encodeURIComponent(shown.uuid)}` });
  },
};

export const createRepositoryVariableRoute = makeRepositoryVariableRoute(createVariableOperation);
