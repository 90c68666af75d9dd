import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import { getCache } from "../../../operations/pipelines/caches.ts";
import { pipelineNotFound } from "../../../operations/pipelines/pipeline-failures.ts";

/** Always 404: there is only what a cache is called and how large it was. */
export const getCacheContentUriRoute: RepositoryRoute = {
  subject: "repository",
  method: "GET",
  path: "/2.0/repositories/{workspace}/{repo_slug}/pipelines-config/caches/{cache_uuid}/content-uri",
  apiTokenScopes: ["read:pipeline:bitbucket"],
  oauthScopes: ["pipeline"],
  permission: "read",
  async handle(ports, { repository, params }) {
    const { name } = await getCache(ports, repository, params.cache_uuid!);
    throw pipelineNotFound(`The cache '${name}' has no content: nothing has run`);
  },
};
