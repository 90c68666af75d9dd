import type { RepositoryRoute } from "../../http/routes/subjects/repository.ts";
import { noContentAnswer } from "../../http/server/answer.ts";
import { deleteRepository } from "../../operations/repositories/repositories.ts";

export const deleteRepositoryRoute: RepositoryRoute = {
  subject: "repository",
  method: "DELETE",
  path: "/2.0/repositories/{workspace}/{repo_slug}",
  apiTokenScopes: ["delete:repository:bitbucket"],
  oauthScopes: ["repository:delete"],
  permission: "admin",
  async handle(ports, { by, repository }) {
    await deleteRepository(ports, by, repository);
    return noContentAnswer();
  },
};
