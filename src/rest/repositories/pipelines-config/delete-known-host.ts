import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import { noContentAnswer } from "../../../http/server/answer.ts";
import { getKnownHost, removeKnownHost } from "../../../operations/pipelines/known-hosts.ts";

export const deleteKnownHostRoute: RepositoryRoute = {
  subject: "repository",
  method: "DELETE",
  path: "/2.0/repositories/{workspace}/{repo_slug}/pipelines_config/ssh/known_hosts/{known_host_uuid}",
  apiTokenScopes: ["admin:pipeline:bitbucket"],
  oauthScopes: ["pipeline:variable"],
  permission: "admin",
  async handle(ports, { by, repository, params }) {
    await removeKnownHost(by, repository, await getKnownHost(ports, repository, params.known_host_uuid!));
    return noContentAnswer();
  },
};
