import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { getKnownHost, replaceKnownHost } from "../../../operations/pipelines/known-hosts.ts";
import { representKnownHost } from "../../../representations/known-host.ts";
import { KnownHostBody, parseKnownHostBody } from "./known-host-body.ts";

export const updateKnownHostRoute: RepositoryRoute<typeof KnownHostBody> = {
  subject: "repository",
  method: "PUT",
  path: "/2.0/repositories/{workspace}/{repo_slug}/pipelines_config/ssh/known_hosts/{known_host_uuid}",
  apiTokenScopes: ["admin:pipeline:bitbucket"],
  oauthScopes: ["pipeline:variable"],
  permission: "admin",
  body: KnownHostBody,
  async handle(ports, { by, repository, params, body }) {
    const { uuid } = await getKnownHost(ports, repository, params.known_host_uuid!);
    const changed = await replaceKnownHost(by, repository, uuid, parseKnownHostBody(body));
    return jsonAnswer(200, representKnownHost(changed));
  },
};
