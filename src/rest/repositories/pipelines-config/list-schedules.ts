import { parsePage, representPage } from "../../../http/routes/paging.ts";
import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { representSchedule } from "../../../representations/pipeline-schedule.ts";
import { countSchedules, listSchedules } from "../../../storage/sql/pipelines/schedules.ts";

export const listSchedulesRoute: RepositoryRoute = {
  subject: "repository",
  method: "GET",
  path: "/2.0/repositories/{workspace}/{repo_slug}/pipelines_config/schedules",
  apiTokenScopes: ["read:pipeline:bitbucket"],
  oauthScopes: ["pipeline"],
  permission: "read",
  async handle({ database }, { repository, query, url }) {
    const paging = parsePage(query, { pagelenDefault: 10, pagelenMax: 100 });
    const size = await countSchedules(database.kysely, repository.uuid);
    const schedules = await listSchedules(database.kysely, repository.uuid, paging);
    return jsonAnswer(200, representPage({ ...paging, size, values: schedules.map(representSchedule) }, url));
  },
};
