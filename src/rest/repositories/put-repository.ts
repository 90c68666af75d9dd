import type { RepositoryOrNewRoute } from "../../http/routes/subjects/repository-or-new.ts";
import { jsonAnswer } from "../../http/server/answer.ts";
import { fullName } from "../../model/repository.ts";
import { changeRepository, createRepository } from "../../operations/repositories/repositories.ts";
import { requiredSlug } from "./create-repository.ts";
import { parseRepositoryBody, RepositoryBody } from "./repository-body.ts";
import { showRepository } from "./show-repository.ts";

/** Updates a repository, or creates it if it does not exist. After a rename the answer has the new URL. */
export const putRepositoryRoute: RepositoryOrNewRoute<typeof RepositoryBody> = {
  subject: "repository-or-new",
  method: "PUT",
  path: "/2.0/repositories/{workspace}/{repo_slug}",
  successStatuses: [200, 201],
  apiTokenScopes: ["admin:repository:bitbucket"],
  oauthScopes: ["repository:admin"],
  permission: "admin",
  body: RepositoryBody,
  projectOf: (body) => parseRepositoryBody(body).project,
  async handle(ports, { by, workspace, repository, project, params, body, baseUrls, caller }) {
    const { project: _named, ...input } = parseRepositoryBody(body);
    if (repository === undefined) {
      const slug = requiredSlug(params.repo_slug!);
      const created = await createRepository(ports, by, { ...input, slug, workspace, project });
      const location = `${baseUrls.api}/repositories/${fullName(created)}`;
      return jsonAnswer(201, await showRepository(ports, created, { baseUrls, caller }), { location });
    }
    const changes = { ...input, ...(project === undefined ? {} : { project }) };
    const changed = await changeRepository(ports, by, repository, changes);
    const isMoved = changed.slug !== repository.slug;
    const headers = isMoved ? { location: `${baseUrls.api}/repositories/${fullName(changed)}` } : {};
    return jsonAnswer(200, await showRepository(ports, changed, { baseUrls, caller }), headers);
  },
};
