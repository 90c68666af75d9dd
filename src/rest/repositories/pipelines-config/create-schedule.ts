import type { TypeBuilder } from "../../../http/routes/body-schema.ts";
import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { invalidField } from "../../../model/failure.ts";
import { quartzCronProblem } from "../../../model/quartz-cron.ts";
import { REF_NAME_BYTES_MAX } from "../../../model/ref-name.ts";
import { createSchedule } from "../../../operations/pipelines/schedules.ts";
import { repositoryApiUrl } from "../../../representations/links.ts";
import { representSchedule } from "../../../representations/pipeline-schedule.ts";
import { parseSelector } from "../pipelines/pipeline-body.ts";

/** Longer than any pattern. */
const CRON_LENGTH_MAX = 255;

const ScheduleBody = (Type: TypeBuilder) =>
  Type.Object({
    target: Type.Object({
      ref_type: Type.Literal("branch"),
      ref_name: Type.String({ minLength: 1, maxLength: REF_NAME_BYTES_MAX }),
      selector: Type.Object({
        type: Type.String(),
        pattern: Type.Optional(Type.Union([Type.String({ maxLength: REF_NAME_BYTES_MAX }), Type.Null()])),
      }),
    }),
    cron_pattern: Type.String({ maxLength: CRON_LENGTH_MAX }),
    enabled: Type.Optional(Type.Boolean()),
  });

/** Stored, and never started by its time. */
export const createScheduleRoute: RepositoryRoute<typeof ScheduleBody> = {
  subject: "repository",
  method: "POST",
  path: "/2.0/repositories/{workspace}/{repo_slug}/pipelines_config/schedules",
  apiTokenScopes: ["read:pipeline:bitbucket", "write:pipeline:bitbucket"],
  oauthScopes: ["pipeline:write"],
  permission: "write",
  body: ScheduleBody,
  async handle(ports, { by, repository, body, baseUrls }) {
    const { target, cron_pattern: cronPattern, enabled = true } = body;
    const problem = quartzCronProblem(cronPattern);
    if (problem !== undefined) throw invalidField("cron_pattern", problem);
    // The schema has asked for it.
    const selector = parseSelector(target.selector)!;
    const wanted = { isEnabled: enabled, cronPattern, refName: target.ref_name, selector };
    const schedule = await createSchedule(ports, by, repository, wanted);
    const location = `${repositoryApiUrl(baseUrls, repository)}/pipelines_config/schedules/%7B${schedule.uuid}%7D`;
    return jsonAnswer(201, representSchedule(schedule), { location });
  },
};
