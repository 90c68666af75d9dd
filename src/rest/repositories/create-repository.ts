import type { NewRepositoryRoute } from "../../http/routes/subjects/new-repository.ts";
import { jsonAnswer } from "../../http/server/answer.ts";
import { invalidField } from "../../model/failure.ts";
import { parseRepositorySlug, type RepositorySlug, slugifyRepositoryName } from "../../model/slug.ts";
import { createRepository } from "../../operations/repositories/repositories.ts";
import { parseRepositoryBody, RepositoryBody } from "./repository-body.ts";
import { showRepository } from "./show-repository.ts";

export const createRepositoryRoute: NewRepositoryRoute<typeof RepositoryBody> = {
  subject: "new-repository",
  method: "POST",
  path: "/2.0/repositories/{workspace}/{repo_slug}",
  successStatuses: [200],
  apiTokenScopes: ["admin:repository:bitbucket"],
  oauthScopes: ["repository:admin"],
  body: RepositoryBody,
  projectOf: (body) => parseRepositoryBody(body).project,
  async handle(ports, { by, workspace, project, params, body, baseUrls, caller }) {
    const { project: _named, ...input } = parseRepositoryBody(body);
    const wanted = { ...input, slug: requiredSlug(params.repo_slug!), workspace, project };
    const repository = await createRepository(ports, by, wanted);
    // 200 and not 201, as in the reference; clients check it.
    return jsonAnswer(200, await showRepository(ports, repository, { baseUrls, caller }));
  },
};

/** The slug of a new repository, from the last part of its URL, which may also be a name. */
export function requiredSlug(text: string): RepositorySlug {
  const slug =
    text.startsWith("{") || text.includes("..")
      ? undefined
      : (parseRepositorySlug(text) ?? slugifyRepositoryName(text));
  if (slug === undefined) throw invalidField("repo_slug", "must be 1 to 62 of a-z, 0-9, _, - and .");
  return slug;
}
