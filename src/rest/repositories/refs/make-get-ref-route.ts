import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { getRef } from "../../../operations/refs/refs.ts";
import { showRef } from "./show-ref.ts";

export function makeGetRefRoute(kind: "branch" | "tag", path: string): RepositoryRoute {
  return {
    subject: "repository",
    method: "GET",
    path: `/2.0/repositories/{workspace}/{repo_slug}${path}`,
    lastParameterSpans: "some",
    apiTokenScopes: ["read:repository:bitbucket"],
    oauthScopes: ["repository"],
    permission: "read",
    isAnswerCached: true,
    async handle(ports, { repository, params, baseUrls }) {
      const ref = await getRef(ports, repository, kind, params.name!);
      return jsonAnswer(200, await showRef(ports, repository, baseUrls, ref));
    },
  };
}
