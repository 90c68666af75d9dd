import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { createKnownHost } from "../../../operations/pipelines/known-hosts.ts";
import { representKnownHost } from "../../../representations/known-host.ts";
import { repositoryApiUrl } from "../../../representations/links.ts";
import { KnownHostBody, parseKnownHostBody } from "./known-host-body.ts";

export const createKnownHostRoute: RepositoryRoute<typeof KnownHostBody> = {
  subject: "repository",
  method: "POST",
  path: "/2.0/repositories/{workspace}/{repo_slug}/pipelines_config/ssh/known_hosts",
  apiTokenScopes: ["admin:pipeline:bitbucket"],
  oauthScopes: ["pipeline:variable"],
  permission: "admin",
  body: KnownHostBody,
  async handle(ports, { by, repository, body, baseUrls }) {
    const host = await createKnownHost(ports, by, repository, parseKnownHostBody(body));
    const shown = representKnownHost(host);
    const hosts = `${repositoryApiUrl(baseUrls, repository)}/pipelines_config/ssh/known_hosts`;
    return jsonAnswer(201, shown, { location: `${hosts}/${encodeURIComponent(shown.uuid)}` });
  },
};
