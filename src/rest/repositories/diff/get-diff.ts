import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import { getDiffSides, openDiff } from "../../../operations/source/diffs.ts";
import { findComparedCommits, requireSpec } from "./compared-commits.ts";
import { readComparison, readContextLines, readFlag } from "./diff-query.ts";
import { emptyTextAnswer, textAnswer } from "./text-answer.ts";

export const getDiffRoute: RepositoryRoute = {
  subject: "repository",
  method: "GET",
  path: "/2.0/repositories/{workspace}/{repo_slug}/diff/{spec}",
  lastParameterSpans: "some",
  apiTokenScopes: ["read:repository:bitbucket"],
  oauthScopes: ["repository"],
  permission: "read",
  async handle(ports, request) {
    const { isTopic, ...comparison } = readComparison(request.query);
    const contextLines = readContextLines(request.query);
    // Our reading of "diffs that include binary files": their content too, so that the diff can be applied.
    const showsBinaryContent = readFlag(request.query, "binary", true);
    const spec = requireSpec("spec", request.params.spec!);
    const compared = await findComparedCommits(ports, request, spec);
    if (compared.source.id === compared.destination?.id) return emptyTextAnswer();
    const { signal } = request;
    const sides = await getDiffSides(ports, compared, isTopic, signal);
    const options = { ...comparison, contextLines, showsBinaryContent, signal };
    return textAnswer(await openDiff(ports, compared, sides, options));
  },
};
