import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { createRunner } from "../../../operations/pipelines/runners.ts";
import { representPipelineRunner } from "../../../representations/pipeline-runner.ts";
import { NewRunnerBody } from "../../runner-body.ts";

/** 200 and not 201, as the reference has it. */
export const createRepositoryRunnerRoute: RepositoryRoute<typeof NewRunnerBody> = {
  subject: "repository",
  method: "POST",
  path: "/2.0/repositories/{workspace}/{repo_slug}/pipelines-config/runners",
  apiTokenScopes: ["read:runner:bitbucket", "write:runner:bitbucket"],
  oauthScopes: ["runner:write"],
  successStatuses: [200],
  permission: "admin",
  body: NewRunnerBody,
  async handle(ports, { by, repository, body: { name, labels = [] } }) {
    const { runner, secret } = await createRunner(
      ports,
      by,
      { kind: "repository", repository },
      { name, labels },
    );
    return jsonAnswer(200, representPipelineRunner(runner, secret));
  },
};
