import { isFieldRequested } from "../../../http/routes/fields.ts";
import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { findCommitAccounts } from "../../../operations/commits/commits.ts";
import { getMergeBase } from "../../../operations/source/diffs.ts";
import { representCommit } from "../../../representations/commit.ts";
import { prepareMessages } from "../../../representations/markdown/rendered-messages.ts";
import { listCommitParticipants } from "../../../storage/sql/commits/commit-approvals.ts";
import { findComparedCommits, requirePairSpec } from "../diff/compared-commits.ts";

/** Answers the commit as GET on it does. */
export const getMergeBaseRoute: RepositoryRoute = {
  subject: "repository",
  method: "GET",
  path: "/2.0/repositories/{workspace}/{repo_slug}/merge-base/{revspec}",
  lastParameterSpans: "some",
  apiTokenScopes: ["read:repository:bitbucket"],
  oauthScopes: ["repository"],
  permission: "read",
  async handle(ports, request) {
    const { baseUrls, fields, repository, signal } = request;
    const spec = requirePairSpec("revspec", request.params.revspec!, "invalid-input");
    const compared = await findComparedCommits(ports, request, spec);
    const commit = await getMergeBase(ports, compared, compared.destination!, signal);
    const messages = await prepareMessages([commit.message], { repositoryUuid: repository.uuid });
    const context = { repository, baseUrls, messages, accounts: await findCommitAccounts(ports, [commit]) };
    const withCommitter = isFieldRequested(fields, "committer");
    const participants = await listCommitParticipants(ports.database.kysely, repository.uuid, commit.id);
    return jsonAnswer(
      200,
      representCommit(commit, context, { withCommitter, withParticipants: true, participants }),
    );
  },
};
