import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { getKnownHost } from "../../../operations/pipelines/known-hosts.ts";
import { representKnownHost } from "../../../representations/known-host.ts";

export const getKnownHostRoute: RepositoryRoute = {
  subject: "repository",
  method: "GET",
  path: "/2.0/repositories/{workspace}/{repo_slug}/pipelines_config/ssh/known_hosts/{known_host_uuid}",
  apiTokenScopes: ["read:pipeline:bitbucket"],
  oauthScopes: ["pipeline"],
  permission: "admin",
  async handle(ports, { repository, params }) {
    return jsonAnswer(
      200,
      representKnownHost(await getKnownHost(ports, repository, params.known_host_uuid!)),
    );
  },
};
