import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { getSchedule } from "../../../operations/pipelines/schedules.ts";
import { representSchedule } from "../../../representations/pipeline-schedule.ts";

export const getScheduleRoute: RepositoryRoute = {
  subject: "repository",
  method: "GET",
  path: "/2.0/repositories/{workspace}/{repo_slug}/pipelines_config/schedules/{schedule_uuid}",
  apiTokenScopes: ["read:pipeline:bitbucket"],
  oauthScopes: ["pipeline"],
  permission: "read",
  async handle(ports, { repository, params }) {
    return jsonAnswer(200, representSchedule(await getSchedule(ports, repository, params.schedule_uuid!)));
  },
};
