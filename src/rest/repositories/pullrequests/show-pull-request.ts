import type { WholePullRequest } from "../../../model/pull-request.ts";
import type { BaseUrls } from "../../../representations/links.ts";
import { prepareMessages } from "../../../representations/markdown/rendered-messages.ts";
import { representWholePullRequest, textsOf } from "../../../representations/pull-request.ts";

/** A pull request as answers about one show it. */
export async function showPullRequest(whole: WholePullRequest, baseUrls: BaseUrls) {
  const { pullRequest } = whole;
  const messages = await prepareMessages(textsOf(pullRequest), {
    repositoryUuid: pullRequest.repositoryUuid,
  });
  return representWholePullRequest(whole, { baseUrls, messages });
}
