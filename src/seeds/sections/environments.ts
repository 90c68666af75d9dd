import { repositorySubject } from "../../model/audit.ts";
import { ENVIRONMENT_TYPES } from "../../model/deployment.ts";
import type { Repository } from "../../model/repository.ts";
import {
  createEnvironment,
  ENVIRONMENTS_MAX,
  removeEnvironment,
} from "../../operations/deployments/environments.ts";
import type { By, Ports } from "../../ports.ts";
import { listEnvironments } from "../../storage/sql/deployments/environments.ts";
import { CLOSED } from "../schema-parts.ts";
import { section } from "../section.ts";
import { applyVariables, checkVariables, variablesSchema } from "./pipeline-variables.ts";

/** Where a repository is deployed to, in place of the environments that come with Pipelines. */
export const environmentsSection = section({
  key: "environments",
  schema: (type) =>
    type.Array(
      type.Object(
        {
          name: type.String({ minLength: 1, maxLength: 100, description: "Such as Production" }),
          type: type.Enum([...ENVIRONMENT_TYPES]),
          is_admin_only: type.Optional(
            type.Boolean({ default: false, description: "Whether only admins deploy to it" }),
          ),
          variables: type.Optional(variablesSchema(type)),
        },
        CLOSED,
      ),
      {
        maxItems: ENVIRONMENTS_MAX,
        description: "In their order. Without them: those that come with Pipelines",
      },
    ),
  check(checker, environments, path) {
    for (const [index, { name, variables }] of environments.entries()) {
      if (name !== name.trim() || /\p{Cc}/u.test(name))
        checker.problem([...path, index, "name"], "must be a line of text without spaces around it");
      checkVariables(checker, variables, [...path, index, "variables"]);
    }
  },
  async apply(context, repository: Repository, environments, path) {
    await context.make({ path, name: `environments ${repository.uuid}`, at: context.time }, (ports, by) =>
      removeAll(ports, by, repository),
    );
    for (const [index, entry] of environments.entries()) {
      const made = await context.make(
        {
          path: [...path, index],
          name: `environment ${repository.uuid} ${entry.name.toLowerCase()}`,
          at: context.time,
        },
        (ports, by) =>
          createEnvironment(ports, by, repository, {
            name: entry.name,
            type: entry.type,
            isAdminOnly: entry.is_admin_only ?? false,
          }),
      );
      if (made === undefined) continue;
      const place = {
        owner: { kind: "environment", uuid: made.uuid },
        subject: repositorySubject(repository),
      } as const;
      await applyVariables(context, place, entry.variables, [...path, index, "variables"]);
    }
  },
});

/** Those that came with Pipelines. */
async function removeAll({ database }: Pick<Ports, "database">, by: By, repository: Repository) {
  const everything = { page: 1, pagelen: ENVIRONMENTS_MAX };
  const { values } = await listEnvironments(database.kysely, repository.uuid, everything);
  for (const environment of values) await removeEnvironment(by, repository, environment);
}
