import type { BodyOf, TypeBuilder } from "../http/routes/body-schema.ts";
import type { PipelineRunner } from "../model/pipeline-runner.ts";

/** Our choice. */
const NAME_LENGTH_MAX = 255;
/** As clients have found; see contract, rest-of-api.md §3.9. */
const LABELS_MAX = 10;
const LABEL_PATTERN = "^[a-z0-9.]{1,50}$";

const labels = (Type: TypeBuilder) =>
  Type.Array(Type.String({ pattern: LABEL_PATTERN }), { maxItems: LABELS_MAX });

/** Of a new runner, of a repository or of a workspace. */
export const NewRunnerBody = (Type: TypeBuilder) =>
  Type.Object({
    name: Type.String({ minLength: 1, maxLength: NAME_LENGTH_MAX }),
    labels: Type.Optional(labels(Type)),
  });

export const RunnerBody = (Type: TypeBuilder) =>
  Type.Object({
    name: Type.Optional(Type.String({ minLength: 1, maxLength: NAME_LENGTH_MAX })),
    labels: Type.Optional(labels(Type)),
    disabled: Type.Optional(Type.Boolean()),
    state: Type.Optional(
      Type.Object({
        status: Type.Optional(
          Type.Union([Type.Literal("ENABLED"), Type.Literal("DISABLED"), Type.Literal("UNREGISTERED")]),
        ),
      }),
    ),
  });

/** What a body of the second kind changes. Disabled in either form that clients send. */
export function runnerChanges({ name, labels, disabled, state }: BodyOf<typeof RunnerBody>) {
  const isDisabled = disabled ?? (state?.status === undefined ? undefined : state.status === "DISABLED");
  const changes: Partial<Pick<PipelineRunner, "name" | "labels" | "isDisabled">> = {
    ...(name === undefined ? {} : { name }),
    ...(labels === undefined ? {} : { labels }),
    ...(isDisabled === undefined ? {} : { isDisabled }),
  };
  return changes;
}
