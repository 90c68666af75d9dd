import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import { noContentAnswer } from "../../../http/server/answer.ts";
import { removeKeyPair } from "../../../operations/pipelines/key-pairs.ts";

export const deleteKeyPairRoute: RepositoryRoute = {
  subject: "repository",
  method: "DELETE",
  path: "/2.0/repositories/{workspace}/{repo_slug}/pipelines_config/ssh/key_pair",
  apiTokenScopes: ["admin:pipeline:bitbucket"],
  oauthScopes: ["pipeline:variable"],
  permission: "admin",
  async handle(_ports, { by, repository }) {
    await removeKeyPair(by, repository);
    return noContentAnswer();
  },
};
