import { isFieldRequested } from "../../../http/routes/fields.ts";
import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { findCommitAccounts, getCommit } from "../../../operations/commits/commits.ts";
import { representCommit } from "../../../representations/commit.ts";
import { prepareMessages } from "../../../representations/markdown/rendered-messages.ts";
import { listCommitParticipants } from "../../../storage/sql/commits/commit-approvals.ts";

export const getCommitRoute: RepositoryRoute = {
  subject: "repository",
  method: "GET",
  path: "/2.0/repositories/{workspace}/{repo_slug}/commit/{commit}",
  apiTokenScopes: ["read:repository:bitbucket"],
  oauthScopes: ["repository"],
  permission: "read",
  isAnswerCached: true,
  async handle(ports, { repository, params, baseUrls, fields }) {
    const commit = await getCommit(ports, repository, params.commit!);
    const messages = await prepareMessages([commit.message], { repositoryUuid: repository.uuid });
    const context = { repository, baseUrls, messages, accounts: await findCommitAccounts(ports, [commit]) };
    const withCommitter = isFieldRequested(fields, "committer");
    const participants = await listCommitParticipants(ports.database.kysely, repository.uuid, commit.id);
    const options = { withCommitter, withParticipants: true, participants };
    const answer = jsonAnswer(200, representCommit(commit, context, options));
    return messages.isComplete ? answer : { ...answer, isProvisional: true };
  },
};
