import { jsonAnswer } from "../../http/answer.ts";
import { originOf } from "../../http/event-origin.ts";
import type { RepositoryOrNewRoute } from "../../http/route.ts";
import { fullName } from "../../model/repository.ts";
import { changeRepository, createRepository } from "../../operations/repositories.ts";
import { representRepository } from "../../representations/repository.ts";
import { requiredSlug } from "./create-repository.ts";
import { parseRepositoryBody, RepositoryBody } from "./repository-body.ts";

/** Updates a repository, or creates it where there is none. A rename answers where it lies now. */
export const putRepositoryRoute: RepositoryOrNewRoute<typeof RepositoryBody> = {
  subject: "repository-or-new",
  method: "PUT",
  path: "/2.0/repositories/{workspace}/{repo_slug}",
  scopes: ["admin:repository:bitbucket"],
  oauthScopes: ["repository:admin"],
  permission: "admin",
  body: RepositoryBody,
  projectOf: (body) => parseRepositoryBody(body).project,
  async handle(ports, { workspace, repository, project, params, body, bases, caller }) {
    const { project: _named, ...wishes } = parseRepositoryBody(body);
    const origin = originOf(caller, bases);
    if (repository === undefined) {
      const slug = requiredSlug(params.repo_slug!);
      const created = await createRepository(ports, { ...wishes, slug, workspace, project }, origin);
      const location = `${bases.api}/repositories/${fullName(created)}`;
      return jsonAnswer(201, representRepository(created, bases, caller), { location });
    }
    const changes = { ...wishes, ...(project === undefined ? {} : { project }) };
    const changed = await changeRepository(ports, repository, changes, origin);
    const isMoved = changed.slug !== repository.slug;
    const headers = isMoved ? { location: `${bases.api}/repositories/${fullName(changed)}` } : {};
    return jsonAnswer(200, representRepository(changed, bases, caller), headers);
  },
};
