import { projectSubject, repositorySubject } from "../../model/audit.ts";
import type { Repository } from "../../model/repository.ts";
import type { Project } from "../../model/workspace.ts";
import { type NamedTarget, setPermission } from "../../operations/permissions/explicit-permissions.ts";
import { accountName, CLOSED, ENTRIES_MAX, type Entry, name, type TypeBuilder } from "../schema-parts.ts";
import { section } from "../section.ts";
import type { SeedChecker } from "../seed-checker.ts";
import type { SeedContext } from "../seed-context.ts";
import type { SeedPath } from "../seed-path.ts";

const grantee = (type: TypeBuilder) => ({
  account: type.Optional(accountName(type)),
  group: type.Optional(name(type, "The slug of a group of the workspace")),
});

const repositoryPermissions = (type: TypeBuilder) =>
  type.Array(
    type.Object({ ...grantee(type), permission: type.Enum(["none", "read", "write", "admin"]) }, CLOSED),
    {
      maxItems: ENTRIES_MAX,
      description: "Given in this repository, beside those of the workspace and the project",
    },
  );

const projectPermissions = (type: TypeBuilder) =>
  type.Array(
    type.Object(
      { ...grantee(type), permission: type.Enum(["none", "read", "write", "create-repo", "admin"]) },
      CLOSED,
    ),
    { maxItems: ENTRIES_MAX, description: "Given in all repositories of the project" },
  );

type Given = Entry<typeof projectPermissions>;

function check(checker: SeedChecker, given: Given, path: SeedPath, workspace: string): void {
  for (const [index, { account, group }] of given.entries()) {
    const at = [...path, index];
    if ((account === undefined) === (group === undefined))
      checker.problem(at, "needs either account or group");
    if (account !== undefined) checker.require("account", account, [...at, "account"]);
    if (group !== undefined) checker.require("group", `${workspace}/${group}`, [...at, "group"]);
  }
}

async function apply(
  context: SeedContext,
  target: NamedTarget,
  workspace: string,
  given: Given,
  path: SeedPath,
): Promise<void> {
  for (const [index, { account, group, permission }] of given.entries())
    await context.make(
      { path: [...path, index], name: `permission ${target.uuid} ${account ?? group}`, at: context.time },
      (_ports, by) => {
        const who =
          account === undefined
            ? ({ kind: "group", uuid: context.find("group", `${workspace}/${group}`).uuid } as const)
            : ({ kind: "account", uuid: context.find("account", account).uuid } as const);
        return setPermission(by, target, who, permission);
      },
    );
}

export const repositoryPermissionsSection = section({
  key: "permissions",
  schema: repositoryPermissions,
  check: (checker, given, path, { workspace }) => check(checker, given, path, workspace),
  apply(context, repository: Repository, given, path) {
    const target = { ...repositorySubject(repository), kind: "repository", uuid: repository.uuid } as const;
    return apply(context, target, repository.workspace.slug, given, path);
  },
});

export const projectPermissionsSection = section({
  key: "permissions",
  schema: projectPermissions,
  check: (checker, given, path, { workspace }) => check(checker, given, path, workspace),
  apply(context, { project, workspace }: SeedProject, given, path) {
    const target = { ...projectSubject(project), kind: "project", uuid: project.uuid } as const;
    return apply(context, target, workspace, given, path);
  },
});

/** A project with the slug of its workspace. */
export type SeedProject = { readonly project: Project; readonly workspace: string };
