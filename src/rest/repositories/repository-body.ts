import type { BodyOf, TypeBuilder } from "../../http/routes/body-schema.ts";
import { type Failure, invalidField } from "../../model/failure.ts";
import { type BranchName, parseBranchName } from "../../model/ref-name.ts";
import { FORK_POLICIES, type ForkPolicy } from "../../model/repository.ts";
import { type ProjectKey, parseProjectKey } from "../../model/slug.ts";
import { parseBracedUuid, parseUuid, type Uuid } from "../../model/uuid.ts";

const TEXT_LENGTH_MAX = 65_536;
const nullable = <Schema extends Parameters<TypeBuilder["Union"]>[0][number]>(
  Type: TypeBuilder,
  schema: Schema,
) => Type.Union([schema, Type.Null()]);

/** The body of POST and PUT on a repository. `owner`, `full_name`, links and the like are ignored: the URL implies them. */
export const RepositoryBody = (Type: TypeBuilder) =>
  Type.Object({
    scm: Type.Optional(Type.Literal("git")),
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
    description: Type.Optional(nullable(Type, Type.String({ maxLength: TEXT_LENGTH_MAX }))),
    website: Type.Optional(nullable(Type, Type.String({ maxLength: 2048 }))),
    language: Type.Optional(nullable(Type, Type.String({ maxLength: 64 }))),
    is_private: Type.Optional(Type.Boolean()),
    has_issues: Type.Optional(Type.Boolean()),
    has_wiki: Type.Optional(Type.Boolean()),
    fork_policy: Type.Optional(Type.Union(FORK_POLICIES.map((policy) => Type.Literal(policy)))),
    mainbranch: Type.Optional(nullable(Type, Type.Object({ name: Type.String() }))),
    project: Type.Optional(
      Type.Object({ key: Type.Optional(Type.String()), uuid: Type.Optional(Type.String()) }),
    ),
  });

/** The fields that a body requests. Absent: unchanged, or the default. */
export type RepositoryInput = {
  readonly name?: string;
  readonly description?: string;
  readonly website?: string | undefined;
  readonly language?: string;
  readonly isPrivate?: boolean;
  readonly hasIssues?: boolean;
  readonly hasWiki?: boolean;
  readonly forkPolicy?: ForkPolicy;
  readonly mainBranch?: BranchName;
  readonly project?: { readonly key: ProjectKey } | { readonly uuid: Uuid };
};

export function parseRepositoryBody(body: BodyOf<typeof RepositoryBody>): RepositoryInput {
  return {
    ...(body.name === undefined ? {} : { name: body.name }),
    ...(body.description === undefined ? {} : { description: body.description ?? "" }),
    ...(body.website === undefined ? {} : { website: body.website ?? undefined }),
    ...(body.language === undefined ? {} : { language: body.language ?? "" }),
    ...(body.is_private === undefined ? {} : { isPrivate: body.is_private }),
    ...(body.has_issues === undefined ? {} : { hasIssues: body.has_issues }),
    ...(body.has_wiki === undefined ? {} : { hasWiki: body.has_wiki }),
    ...(body.fork_policy === undefined ? {} : { forkPolicy: body.fork_policy as ForkPolicy }),
    ...(body.mainbranch == null ? {} : { mainBranch: requiredBranchName(body.mainbranch.name) }),
    ...(body.project === undefined ? {} : { project: requiredProject(body.project) }),
  };
}

function requiredBranchName(text: string): BranchName {
  const name = parseBranchName(text);
  if (name === undefined) throw invalidField("mainbranch.name", "not a valid branch name");
  return name;
}

/** A project by `key`, by `uuid`, or by a UUID given as the key: the reference has an example of that. */
function requiredProject(project: { key?: string; uuid?: string }): { key: ProjectKey } | { uuid: Uuid } {
  const uuid = project.uuid === undefined ? parseBracedUuid(project.key ?? "") : parseUuid(project.uuid);
  if (uuid !== undefined) return { uuid };
  if (project.uuid !== undefined) throw invalidProject();
  const key = parseProjectKey(project.key ?? "");
  if (key === undefined) throw invalidProject();
  return { key };
}

export function invalidProject(): Failure {
  return invalidField("project.key", "no such project in the workspace");
}
