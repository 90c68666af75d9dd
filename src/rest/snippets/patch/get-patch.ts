import type { SnippetRoute } from "../../../http/routes/subjects/snippet.ts";
import { openPatches } from "../../../operations/source/diffs.ts";
import { emptyTextAnswer, textAnswer } from "../../repositories/diff/text-answer.ts";
import { getSpecifiedCommits } from "../diff/get-specified-commits.ts";

export const getSnippetPatchRoute: SnippetRoute = {
  subject: "snippet",
  method: "GET",
  path: "/2.0/snippets/{workspace}/{encoded_id}/{revision}/patch",
  apiTokenScopes: ["read:snippet:bitbucket"],
  oauthScopes: ["snippet"],
  permission: "read",
  async handle(ports, request) {
    const compared = await getSpecifiedCommits(ports, request);
    if (compared.source.id === compared.destination?.id) return emptyTextAnswer();
    return textAnswer(await openPatches(ports, compared, request.signal));
  },
};
