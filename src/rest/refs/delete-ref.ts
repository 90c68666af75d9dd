import { requireAccount } from "../../authorization/require-account.ts";
import { noContentAnswer } from "../../http/answer.ts";
import type { RepositoryRoute } from "../../http/route.ts";
import { deleteRef } from "../../operations/delete-ref.ts";
import { getRef } from "../../operations/refs.ts";

function deleteRefRoute(kind: "branch" | "tag", path: string): RepositoryRoute {
  return {
    subject: "repository",
    method: "DELETE",
    path: `/2.0/repositories/{workspace}/{repo_slug}${path}`,
    lastParameterSpans: "some",
    scopes: ["write:repository:bitbucket"],
    oauthScopes: ["repository:write"],
    permission: "write",
    async handle(ports, { repository, params, caller, bases, signal }) {
      const ref = await getRef(ports, repository, kind, params.name!);
      await deleteRef(ports, repository, ref, { account: requireAccount(caller), bases, signal });
      return noContentAnswer();
    },
  };
}

export const DELETE_REF_ROUTES: readonly RepositoryRoute[] = [
  deleteRefRoute("branch", "/refs/branches/{name}"),
  deleteRefRoute("tag", "/refs/tags/{name}"),
];
