import { parsePage, representPage } from "../../../http/routes/paging.ts";
import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { representPipeline } from "../../../representations/pipeline.ts";
import { listPipelines } from "../../../storage/sql/pipelines/pipelines.ts";
import { readPipelineFilter, readPipelineSort } from "./pipeline-query.ts";

/** Filtered by parameters of its own; `q` is ignored, as recorded. */
export const listPipelinesRoute: RepositoryRoute = {
  subject: "repository",
  method: "GET",
  path: "/2.0/repositories/{workspace}/{repo_slug}/pipelines",
  apiTokenScopes: ["read:pipeline:bitbucket"],
  oauthScopes: ["pipeline"],
  readsFilter: true,
  permission: "read",
  async handle({ database }, { repository, query, baseUrls, url }) {
    const { page, pagelen } = parsePage(query, { pagelenDefault: 10, pagelenMax: 100 });
    const filter = readPipelineFilter(query);
    const sort = readPipelineSort(query);
    const options = { repositoryUuid: repository.uuid, sort, page, pagelen };
    // A word that means nothing finds nothing: contract, rest-of-api.md §3.5.
    const { values, size } =
      filter === undefined
        ? { values: [], size: 0 }
        : await listPipelines(database.kysely, { ...options, filter });
    const shown = values.map((pipeline) => representPipeline(pipeline, { repository, baseUrls }));
    return jsonAnswer(200, representPage({ page, pagelen, size, values: shown }, url));
  },
};
