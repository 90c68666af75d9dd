import type { SnippetRoute } from "../../../http/routes/subjects/snippet.ts";
import { getDiffSides, openDiff } from "../../../operations/source/diffs.ts";
import { readComparison, readContextLines } from "../../repositories/diff/diff-query.ts";
import { emptyTextAnswer, textAnswer } from "../../repositories/diff/text-answer.ts";
import { getSpecifiedCommits } from "./get-specified-commits.ts";

/** Of one commit against its first parent, or of two. Other parameters than `path` are those of repositories (our choice). */
export const getSnippetDiffRoute: SnippetRoute = {
  subject: "snippet",
  method: "GET",
  path: "/2.0/snippets/{workspace}/{encoded_id}/{revision}/diff",
  apiTokenScopes: ["read:snippet:bitbucket"],
  oauthScopes: ["snippet"],
  permission: "read",
  async handle(ports, request) {
    const { query, signal } = request;
    const { isTopic, ...comparison } = readComparison(query);
    const contextLines = readContextLines(query);
    const compared = await getSpecifiedCommits(ports, request);
    if (compared.source.id === compared.destination?.id) return emptyTextAnswer();
    const sides = await getDiffSides(ports, compared, isTopic, signal);
    const options = { ...comparison, contextLines, showsBinaryContent: true, signal };
    return textAnswer(await openDiff(ports, compared, sides, options));
  },
};
