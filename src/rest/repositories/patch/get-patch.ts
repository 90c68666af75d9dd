import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import { openPatches } from "../../../operations/source/diffs.ts";
import { findComparedCommits, requireSpec } from "../diff/compared-commits.ts";
import { emptyTextAnswer, textAnswer } from "../diff/text-answer.ts";

export const getPatchRoute: RepositoryRoute = {
  subject: "repository",
  method: "GET",
  path: "/2.0/repositories/{workspace}/{repo_slug}/patch/{spec}",
  lastParameterSpans: "some",
  apiTokenScopes: ["read:repository:bitbucket"],
  oauthScopes: ["repository"],
  permission: "read",
  async handle(ports, request) {
    const spec = requireSpec("spec", request.params.spec!);
    const compared = await findComparedCommits(ports, request, spec);
    if (compared.source.id === compared.destination?.id) return emptyTextAnswer();
    return textAnswer(await openPatches(ports, compared, request.signal));
  },
};
