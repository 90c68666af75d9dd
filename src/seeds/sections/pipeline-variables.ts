import { repositorySubject, workspaceSubject } from "../../model/audit.ts";
import { VARIABLE_KEY_LENGTH_MAX, VARIABLE_VALUE_LENGTH_MAX } from "../../model/pipeline-variable.ts";
import type { Repository } from "../../model/repository.ts";
import { Secret } from "../../model/secret.ts";
import type { Workspace } from "../../model/workspace.ts";
import { createVariable, VARIABLES_MAX, type VariablePlace } from "../../operations/pipelines/variables.ts";
import { CLOSED, type Entry, type TypeBuilder, text } from "../schema-parts.ts";
import { section } from "../section.ts";
import type { SeedChecker } from "../seed-checker.ts";
import type { SeedContext } from "../seed-context.ts";
import type { SeedPath } from "../seed-path.ts";

export const variablesSchema = (type: TypeBuilder) =>
  type.Array(
    type.Object(
      {
        key: type.String({
          minLength: 1,
          maxLength: VARIABLE_KEY_LENGTH_MAX,
          description: "Letters, digits and _, and no digit first",
        }),
        value: type.Optional(text(type, "Without one: empty", VARIABLE_VALUE_LENGTH_MAX)),
        is_secured: type.Optional(
          type.Boolean({
            default: false,
            description: "Whether nobody is shown its value. Exports leave it out",
          }),
        ),
      },
      CLOSED,
    ),
    { maxItems: VARIABLES_MAX },
  );

type Variables = Entry<typeof variablesSchema>;

/** `VARIABLE_KEY_PATTERN`. */
const KEY = /^[A-Za-z_][A-Za-z0-9_]*$/;

export function checkVariables(checker: SeedChecker, variables: Variables = [], path: SeedPath): void {
  const keys = new Set<string>();
  for (const [index, { key }] of variables.entries()) {
    const at = [...path, index, "key"];
    if (!KEY.test(key)) checker.problem(at, "must be letters, digits and _, and not begin with a digit");
    if (keys.has(key)) checker.problem(at, `another variable here has this key: ${key}`);
    keys.add(key);
  }
}

export async function applyVariables(
  context: SeedContext,
  place: VariablePlace,
  variables: Variables = [],
  path: SeedPath,
): Promise<void> {
  for (const [index, { key, value = "", is_secured: isSecured = false }] of variables.entries())
    await context.make(
      { path: [...path, index], name: `variable ${place.owner.uuid} ${key}`, at: context.time },
      (ports, by) => createVariable(ports, by, place, { key, value: new Secret(value), isSecured }),
    );
}

export function repositoryPlace(repository: Repository): VariablePlace {
  return {
    owner: { kind: "repository", uuid: repository.uuid },
    subject: repositorySubject(repository),
  };
}

/** What the pipelines of all repositories of a workspace get. */
export const workspacePipelinesSection = section({
  key: "pipelines",
  schema: (type) => type.Object({ variables: type.Optional(variablesSchema(type)) }, CLOSED),
  check: (checker, { variables }, path) => checkVariables(checker, variables, [...path, "variables"]),
  apply(context, workspace: Workspace, { variables }, path) {
    const place = {
      owner: { kind: "workspace", uuid: workspace.uuid },
      subject: workspaceSubject(workspace),
    } as const;
    return applyVariables(context, place, variables, [...path, "variables"]);
  },
});
