import type { WholePullRequest } from "../../../model/pull-request.ts";
import type { Repository } from "../../../model/repository.ts";
import { findCommitAccounts } from "../../../operations/commits/commits.ts";
import type { Ports } from "../../../ports.ts";
import { representInstant } from "../../../representations/instant.ts";
import type { BaseUrls } from "../../../representations/links.ts";
import { prepareMessages } from "../../../representations/markdown/rendered-messages.ts";
import { representMergeCommit } from "../../../representations/merge-commit.ts";
import { withRepository } from "../../../storage/packs/with-repository.ts";
import { showPullRequest } from "./show-pull-request.ts";

/** As the answer of a merge shows it: recorded with more of the merge commit, and when it was closed. */
export async function showMergedPullRequest(
  ports: Pick<Ports, "database" | "packs" | "objects">,
  repository: Repository,
  whole: WholePullRequest,
  baseUrls: BaseUrls,
) {
  const { mergeCommit, updatedAt, repositoryUuid } = whole.pullRequest;
  const shown = {
    ...(await showPullRequest(whole, { baseUrls, fields: undefined })),
    closed_on: representInstant(updatedAt),
  };
  const commit =
    mergeCommit &&
    (await withRepository(ports.packs, repositoryUuid, ({ gitDir }) =>
      ports.objects.readCommit(gitDir, mergeCommit),
    ));
  if (commit === undefined) return shown;
  const accounts = await findCommitAccounts(ports, [commit]);
  const messages = await prepareMessages([commit.message], { repositoryUuid });
  return {
    ...shown,
    merge_commit: representMergeCommit(commit, { baseUrls, repository, accounts, messages }),
  };
}
