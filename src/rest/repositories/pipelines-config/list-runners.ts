import { parsePage, representPage } from "../../../http/routes/paging.ts";
import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { representPipelineRunner } from "../../../representations/pipeline-runner.ts";
import { countRunners, listRunners } from "../../../storage/sql/pipelines/runners.ts";

export const listRepositoryRunnersRoute: RepositoryRoute = {
  subject: "repository",
  method: "GET",
  path: "/2.0/repositories/{workspace}/{repo_slug}/pipelines-config/runners",
  apiTokenScopes: ["read:runner:bitbucket"],
  oauthScopes: ["runner"],
  permission: "admin",
  async handle({ database }, { repository, query, url }) {
    const paging = parsePage(query, { pagelenDefault: 10, pagelenMax: 100 });
    const owner = { kind: "repository", uuid: repository.uuid } as const;
    const size = await countRunners(database.kysely, owner);
    const runners = await listRunners(database.kysely, owner, paging);
    const values = runners.map((runner) => representPipelineRunner(runner));
    return jsonAnswer(200, representPage({ ...paging, size, values }, url));
  },
};
