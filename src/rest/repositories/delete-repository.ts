import { noContentAnswer } from "../../http/answer.ts";
import { originOf } from "../../http/event-origin.ts";
import type { RepositoryRoute } from "../../http/route.ts";
import { deleteRepository } from "../../operations/repositories.ts";

export const deleteRepositoryRoute: RepositoryRoute = {
  subject: "repository",
  method: "DELETE",
  path: "/2.0/repositories/{workspace}/{repo_slug}",
  scopes: ["delete:repository:bitbucket"],
  oauthScopes: ["repository:delete"],
  permission: "admin",
  async handle(ports, { repository, caller, publicBases }) {
    await deleteRepository(ports, repository, originOf(caller, publicBases));
    return noContentAnswer();
  },
};
