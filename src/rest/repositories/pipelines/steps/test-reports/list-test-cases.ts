import { parsePage, representPage } from "../../../../../http/routes/paging.ts";
import type { RepositoryRoute } from "../../../../../http/routes/subjects/repository.ts";
import { jsonAnswer } from "../../../../../http/server/answer.ts";
import { getStep } from "../../../../../operations/pipelines/get-pipeline.ts";
import { representTestCase } from "../../../../../representations/pipeline-step.ts";
import { listTestCases } from "../../../../../storage/sql/pipelines/test-cases.ts";
import { requireTestCases } from "./require-test-cases.ts";

export const listTestCasesRoute: RepositoryRoute = {
  subject: "repository",
  method: "GET",
  path: "/2.0/repositories/{workspace}/{repo_slug}/pipelines/{pipeline_uuid}/steps/{step_uuid}/test_reports/test_cases",
  apiTokenScopes: ["read:pipeline:bitbucket"],
  oauthScopes: ["pipeline"],
  permission: "read",
  async handle(ports, { repository, params, query, url }) {
    const paging = parsePage(query, { pagelenDefault: 10, pagelenMax: 100 });
    const names = { pipeline: params.pipeline_uuid!, step: params.step_uuid! };
    const { step } = await getStep(ports, repository, names);
    const counts = await requireTestCases(ports, step);
    const size = [...counts.values()].reduce((sum, count) => sum + count, 0);
    const values = await listTestCases(ports.database.kysely, step.uuid, paging);
    return jsonAnswer(200, representPage({ ...paging, size, values: values.map(representTestCase) }, url));
  },
};
