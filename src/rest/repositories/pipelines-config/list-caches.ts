import { parsePage, representPage } from "../../../http/routes/paging.ts";
import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { representPipelineCache } from "../../../representations/pipeline-cache.ts";
import { listCaches } from "../../../storage/sql/pipelines/caches.ts";

export const listCachesRoute: RepositoryRoute = {
  subject: "repository",
  method: "GET",
  path: "/2.0/repositories/{workspace}/{repo_slug}/pipelines-config/caches",
  apiTokenScopes: ["read:pipeline:bitbucket"],
  oauthScopes: ["pipeline"],
  permission: "read",
  async handle({ database }, { repository, query, url }) {
    const paging = parsePage(query, { pagelenDefault: 10, pagelenMax: 100 });
    const { values, size } = await listCaches(database.kysely, repository.uuid, paging);
    return jsonAnswer(
      200,
      representPage({ ...paging, size, values: values.map(representPipelineCache) }, url),
    );
  },
};
