import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { representPipelinesConfig } from "../../../representations/pipelines-config.ts";
import { isPipelinesEnabled } from "../../../storage/sql/pipelines/config.ts";

/** A repository that has never had Pipelines has them disabled (our choice: one client reports a 404). */
export const getPipelinesConfigRoute: RepositoryRoute = {
  subject: "repository",
  method: "GET",
  path: "/2.0/repositories/{workspace}/{repo_slug}/pipelines_config",
  apiTokenScopes: ["admin:repository:bitbucket"],
  oauthScopes: ["repository:admin"],
  permission: "admin",
  async handle({ database }, { repository, baseUrls }) {
    const isEnabled = await isPipelinesEnabled(database.kysely, repository.uuid);
    return jsonAnswer(200, representPipelinesConfig(repository, isEnabled, baseUrls));
  },
};
