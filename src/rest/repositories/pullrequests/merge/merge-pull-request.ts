import type { BodyOf, TypeBuilder } from "../../../../http/routes/body-schema.ts";
import type { PullRequestAccountRoute } from "../../../../http/routes/subjects/pull-request.ts";
import { jsonAnswer } from "../../../../http/server/answer.ts";
import { invalidField } from "../../../../model/failure.ts";
import { type MergeInput, mergePullRequest } from "../../../../operations/merges/merge-pull-request.ts";
import { startMerge } from "../../../../operations/merges/merge-tasks.ts";
import { pullRequestApiUrl } from "../../../../representations/pull-request-links.ts";
import { showMergedPullRequest } from "../show-merged-pull-request.ts";

/** The reference: 128 KiB. */
export const MESSAGE_BYTES_MAX = 128 * 1024;

/** `type`, which the reference demands, is left out by most clients, and others send anything in it. */
const MergeBody = (Type: TypeBuilder) =>
  Type.Object({
    message: Type.Optional(Type.Union([Type.String(), Type.Null()])),
    merge_strategy: Type.Optional(Type.Union([Type.String(), Type.Null()])),
    close_source_branch: Type.Optional(Type.Union([Type.Boolean(), Type.Null()])),
  });

export const mergePullRequestRoute: PullRequestAccountRoute<typeof MergeBody> = {
  subject: "pull-request",
  method: "POST",
  path: "/2.0/repositories/{workspace}/{repo_slug}/pullrequests/{pull_request_id}/merge",
  successStatuses: [200, 202],
  apiTokenScopes: ["read:pullrequest:bitbucket", "write:pullrequest:bitbucket"],
  oauthScopes: ["pullrequest:write"],
  permission: "write",
  access: "account",
  body: MergeBody,
  async handle(ports, { by, repository, pullRequest, body, baseUrls, query, takeSlot }) {
    const input = parseInput(body);
    if (/^(?:true|1)$/i.test(query.get("async") ?? "")) {
      const task = await startMerge(ports, by, pullRequest, input, { takeSlot });
      const location = `${pullRequestApiUrl(pullRequest, baseUrls)}/merge/task-status/${task}`;
      return jsonAnswer(202, "", { location });
    }
    const whole = await mergePullRequest(ports, by, pullRequest, input, { takeSlot });
    return jsonAnswer(200, await showMergedPullRequest(ports, repository, whole, baseUrls));
  },
};

/** An empty message is none: a commit has to say something. */
function parseInput(body: BodyOf<typeof MergeBody>): MergeInput {
  const { message, merge_strategy: strategy, close_source_branch: closesSourceBranch } = body;
  if (Buffer.byteLength(message ?? "") > MESSAGE_BYTES_MAX)
    throw invalidField("message", `must not be longer than ${MESSAGE_BYTES_MAX} bytes`);
  return {
    strategy: strategy ?? undefined,
    message: message?.trim() ? message : undefined,
    closesSourceBranch: closesSourceBranch ?? undefined,
  };
}
