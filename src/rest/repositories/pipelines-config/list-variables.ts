import { readFilterAndSort } from "../../../http/routes/collection-query.ts";
import { parsePage, representPage } from "../../../http/routes/paging.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { representPipelineVariable } from "../../../representations/pipeline-variable.ts";
import { listVariables } from "../../../storage/sql/pipelines/variables.ts";
import { makeRepositoryVariableRoute, type VariableOperation } from "./variable-routes.ts";

export const listVariablesOperation: VariableOperation = {
  method: "GET",
  below: "",
  readsFilter: true,
  async handle({ database }, { place, query, url }) {
    const page = parsePage(query, { pagelenDefault: 10, pagelenMax: 100 });
    const options = { ...page, ...readFilterAndSort(query) };
    const { values, size } = await listVariables(database.kysely, place.owner, options);
    return jsonAnswer(
      200,
      representPage({ ...page, size, values: values.map(representPipelineVariable) }, url),
    );
  },
};

export const listRepositoryVariablesRoute = makeRepositoryVariableRoute(listVariablesOperation);
