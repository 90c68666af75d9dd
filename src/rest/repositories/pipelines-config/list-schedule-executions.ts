import { parsePage, representPage } from "../../../http/routes/paging.ts";
import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { getSchedule } from "../../../operations/pipelines/schedules.ts";
import { representScheduleExecution } from "../../../representations/pipeline-schedule.ts";
import { listScheduleExecutions } from "../../../storage/sql/pipelines/schedules.ts";

/** Newest first. */
export const listScheduleExecutionsRoute: RepositoryRoute = {
  subject: "repository",
  method: "GET",
  path: "/2.0/repositories/{workspace}/{repo_slug}/pipelines_config/schedules/{schedule_uuid}/executions",
  apiTokenScopes: ["read:pipeline:bitbucket"],
  oauthScopes: ["pipeline"],
  permission: "read",
  async handle(ports, { repository, params, query, url }) {
    const paging = parsePage(query, { pagelenDefault: 10, pagelenMax: 100 });
    const { uuid } = await getSchedule(ports, repository, params.schedule_uuid!);
    const { values, size } = await listScheduleExecutions(ports.database.kysely, uuid, paging);
    return jsonAnswer(
      200,
      representPage({ ...paging, size, values: values.map(representScheduleExecution) }, url),
    );
  },
};
