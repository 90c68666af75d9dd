import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import { noContentAnswer } from "../../../http/server/answer.ts";
import { deleteSchedule } from "../../../operations/pipelines/schedules.ts";

export const deleteScheduleRoute: RepositoryRoute = {
  subject: "repository",
  method: "DELETE",
  path: "/2.0/repositories/{workspace}/{repo_slug}/pipelines_config/schedules/{schedule_uuid}",
  apiTokenScopes: ["write:pipeline:bitbucket"],
  oauthScopes: ["pipeline:write"],
  permission: "write",
  async handle(_ports, { by, repository, params }) {
    await deleteSchedule(by, repository, params.schedule_uuid!);
    return noContentAnswer();
  },
};
