import type { PullRequestRoute } from "../../../http/routes/subjects/pull-request.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { Failure, invalidField } from "../../../model/failure.ts";
import { readMergeConditions } from "../../../operations/merges/merge-conditions.ts";
import { representMergeConditions } from "../../../representations/merge-conditions.ts";

const LEFT_OUT = {
  'type!="git_mergeability_check"': "mergeability",
  'check.kind!="maximum_commits_behind"': "commits-behind",
} as const;
type LeftOut = (typeof LEFT_OUT)[keyof typeof LEFT_OUT];

export const listMergeabilityChecksRoute: PullRequestRoute = {
  subject: "pull-request",
  method: "GET",
  path: "/2.0/repositories/{workspace}/{repo_slug}/pullrequests/{pull_request_id}/mergeability/checks",
  apiTokenScopes: ["read:pullrequest:bitbucket"],
  oauthScopes: ["pullrequest"],
  readsFilter: true,
  permission: "read",
  async handle(ports, { by, admission, repository, pullRequest, query, baseUrls, takeSlot }) {
    const leftOut = parseFilter(query);
    const mayWrite = await admission
      .admitToRepository(repository, { permission: "write" })
      .then(() => true, isRefused);
    const conditions = await readMergeConditions(ports, by, repository, pullRequest, {
      mayWrite,
      takeSlot,
      withMergeability: !leftOut.has("mergeability"),
      withCommitsBehind: !leftOut.has("commits-behind"),
    });
    const values = representMergeConditions(
      { pullRequest, ...conditions, mayMerge: conditions.notAllowed === undefined },
      baseUrls,
    ).filter(
      (check) =>
        !(leftOut.has("mergeability") && check.type === "git_mergeability_check") &&
        !(leftOut.has("commits-behind") && "check" in check && check.check.kind === "maximum_commits_behind"),
    );
    return jsonAnswer(200, { size: values.length, values });
  },
};

function isRefused(error: unknown): false {
  if (error instanceof Failure) return false;
  throw error;
}

/** The reference: either of two conditions, or both with AND, and nothing else. */
function parseFilter(query: URLSearchParams): ReadonlySet<LeftOut> {
  const texts = query.getAll("q");
  if (texts.length > 1) throw invalidField("q", "given more than once");
  if (query.getAll("sort").some((text) => text !== "")) throw invalidField("sort", "not offered here");
  const text = texts[0]?.trim() || null;
  if (text === null) return new Set();
  const conditions = text.split(/ AND /i).map((part) => part.replaceAll(/\s/g, ""));
  const leftOut = new Set<LeftOut>();
  for (const condition of conditions) {
    const known = Object.entries(LEFT_OUT).find(([form]) => form === condition)?.[1];
    if (known === undefined || leftOut.has(known))
      throw invalidField("q", `must be ${Object.keys(LEFT_OUT).join(", or ")}, or both with AND`);
    leftOut.add(known);
  }
  return leftOut;
}
