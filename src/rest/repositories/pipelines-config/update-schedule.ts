import type { TypeBuilder } from "../../../http/routes/body-schema.ts";
import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { enableSchedule, getSchedule } from "../../../operations/pipelines/schedules.ts";
import { representSchedule } from "../../../representations/pipeline-schedule.ts";

const ScheduleBody = (Type: TypeBuilder) => Type.Object({ enabled: Type.Optional(Type.Boolean()) });

/** Only whether it is enabled can be changed. */
export const updateScheduleRoute: RepositoryRoute<typeof ScheduleBody> = {
  subject: "repository",
  method: "PUT",
  path: "/2.0/repositories/{workspace}/{repo_slug}/pipelines_config/schedules/{schedule_uuid}",
  apiTokenScopes: ["read:pipeline:bitbucket", "write:pipeline:bitbucket"],
  oauthScopes: ["pipeline:write"],
  permission: "write",
  body: ScheduleBody,
  async handle(ports, { by, repository, params, body: { enabled } }) {
    const schedule = await getSchedule(ports, repository, params.schedule_uuid!);
    const changed = enabled === undefined ? schedule : await enableSchedule(ports, by, schedule, enabled);
    return jsonAnswer(200, representSchedule(changed));
  },
};
