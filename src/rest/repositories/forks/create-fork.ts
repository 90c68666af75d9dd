import type { BodyOf, TypeBuilder } from "../../../http/routes/body-schema.ts";
import type { ForkRoute } from "../../../http/routes/subjects/fork.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { invalidField } from "../../../model/failure.ts";
import { fullName } from "../../../model/repository.ts";
import { parseWorkspaceSlug, slugifyRepositoryName } from "../../../model/slug.ts";
import { parseBracedUuid, parseUuid } from "../../../model/uuid.ts";
import { forkRepository } from "../../../operations/repositories/fork-repository.ts";
import { parseRepositoryBody, RepositoryBody } from "../repository-body.ts";
import { showRepository } from "../show-repository.ts";

/** A repository's body, and the workspace that is to have the fork. */
const ForkBody = (Type: TypeBuilder) =>
  Type.Object({
    ...RepositoryBody(Type).properties,
    workspace: Type.Optional(
      Type.Object({ slug: Type.Optional(Type.String()), uuid: Type.Optional(Type.String()) }),
    ),
  });

export const createForkRoute: ForkRoute<typeof ForkBody> = {
  subject: "fork",
  method: "POST",
  path: "/2.0/repositories/{workspace}/{repo_slug}/forks",
  apiTokenScopes: ["read:repository:bitbucket", "write:repository:bitbucket"],
  oauthScopes: ["repository:write"],
  permission: "read",
  body: ForkBody,
  workspaceOf: readWorkspace,
  projectOf: (body) => parseRepositoryBody(body).project,
  async handle(ports, { by, repository, workspace, project, body, baseUrls, caller }) {
    const { project: _named, ...input } = parseRepositoryBody(body);
    const slug = input.name === undefined ? repository.slug : slugifyRepositoryName(input.name);
    if (slug === undefined) throw invalidField("name", "has no letter or digit for a slug");
    const fork = await forkRepository(ports, by, repository, { ...input, slug, workspace, project });
    const location = `${baseUrls.api}/repositories/${fullName(fork)}`;
    return jsonAnswer(201, await showRepository(ports, fork, { baseUrls, caller }), { location });
  },
};

/** By `uuid` or `slug`; a UUID given as the slug is taken, as it is in URLs. Undefined: none is named. */
function readWorkspace({ workspace }: BodyOf<typeof ForkBody>) {
  const text = workspace?.uuid ?? workspace?.slug;
  if (workspace === undefined || text === undefined) return undefined;
  // A bare UUID could be a slug.
  const uuid = workspace.uuid === undefined ? parseBracedUuid(text) : parseUuid(text);
  if (uuid !== undefined) return { uuid };
  if (workspace.uuid !== undefined) throw invalidField("workspace.uuid", "must be a UUID");
  const slug = parseWorkspaceSlug(text);
  if (slug === undefined) throw invalidField("workspace.slug", "not a valid slug of a workspace");
  return { slug };
}
