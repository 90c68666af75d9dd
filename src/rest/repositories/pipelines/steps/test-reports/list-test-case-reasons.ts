import { representPage } from "../../../../../http/routes/paging.ts";
import type { RepositoryRoute } from "../../../../../http/routes/subjects/repository.ts";
import { jsonAnswer } from "../../../../../http/server/answer.ts";
import { parseUuid } from "../../../../../model/uuid.ts";
import { getStep } from "../../../../../operations/pipelines/get-pipeline.ts";
import { pipelineNotFound } from "../../../../../operations/pipelines/pipeline-failures.ts";
import { findTestCase } from "../../../../../storage/sql/pipelines/test-cases.ts";

/** Why a test case failed. No document or recording has the shape: a page with one `message` is our choice. */
export const listTestCaseReasonsRoute: RepositoryRoute = {
  subject: "repository",
  method: "GET",
  path: "/2.0/repositories/{workspace}/{repo_slug}/pipelines/{pipeline_uuid}/steps/{step_uuid}/test_reports/test_cases/{test_case_uuid}/test_case_reasons",
  apiTokenScopes: ["read:pipeline:bitbucket"],
  oauthScopes: ["pipeline"],
  permission: "read",
  async handle(ports, { repository, params, url }) {
    const names = { pipeline: params.pipeline_uuid!, step: params.step_uuid! };
    const { step } = await getStep(ports, repository, names);
    const uuid = parseUuid(params.test_case_uuid!);
    const found = uuid && (await findTestCase(ports.database.kysely, step.uuid, uuid));
    if (found === undefined) throw pipelineNotFound(`Test case '${params.test_case_uuid}' not found`);
    const values = found.reason === undefined ? [] : [{ message: found.reason }];
    return jsonAnswer(200, representPage({ page: 1, pagelen: 10, size: values.length, values }, url));
  },
};
