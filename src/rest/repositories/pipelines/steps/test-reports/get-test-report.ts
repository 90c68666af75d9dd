import type { RepositoryRoute } from "../../../../../http/routes/subjects/repository.ts";
import { jsonAnswer } from "../../../../../http/server/answer.ts";
import { getStep } from "../../../../../operations/pipelines/get-pipeline.ts";
import { representTestReport } from "../../../../../representations/pipeline-step.ts";
import { requireTestCases } from "./require-test-cases.ts";

/** How many test cases ended in which way. */
export const getTestReportRoute: RepositoryRoute = {
  subject: "repository",
  method: "GET",
  path: "/2.0/repositories/{workspace}/{repo_slug}/pipelines/{pipeline_uuid}/steps/{step_uuid}/test_reports",
  apiTokenScopes: ["read:pipeline:bitbucket"],
  oauthScopes: ["pipeline"],
  permission: "read",
  async handle(ports, { repository, params }) {
    const names = { pipeline: params.pipeline_uuid!, step: params.step_uuid! };
    const { step } = await getStep(ports, repository, names);
    return jsonAnswer(200, representTestReport(step, await requireTestCases(ports, step)));
  },
};
