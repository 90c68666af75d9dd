import type { RepositoryAccountRoute } from "../../../http/routes/subjects/repository.ts";
import { noContentAnswer } from "../../../http/server/answer.ts";
import { deleteRef } from "../../../operations/refs/delete-ref.ts";
import { getRef } from "../../../operations/refs/refs.ts";

export function makeDeleteRefRoute(kind: "branch" | "tag", path: string): RepositoryAccountRoute {
  return {
    subject: "repository",
    method: "DELETE",
    path: `/2.0/repositories/{workspace}/{repo_slug}${path}`,
    lastParameterSpans: "some",
    apiTokenScopes: ["write:repository:bitbucket"],
    oauthScopes: ["repository:write"],
    permission: "write",
    access: "account",
    async handle(ports, { by, repository, params }) {
      const ref = await getRef(ports, repository, kind, params.name!);
      await deleteRef(ports, by, repository, ref);
      return noContentAnswer();
    },
  };
}
