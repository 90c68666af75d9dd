import type { RestRequest } from "../../../http/routes/declaration.ts";
import type { WholePullRequest } from "../../../model/pull-request.ts";
import { prepareMessages } from "../../../representations/markdown/rendered-messages.ts";
import { representWholePullRequest, textsOf } from "../../../representations/pull-request.ts";
import { withRequestedStrategies } from "./requested-strategies.ts";

/** A pull request as answers about one show it. */
export async function showPullRequest(
  whole: WholePullRequest,
  { baseUrls, fields }: Pick<RestRequest, "baseUrls" | "fields">,
) {
  const { pullRequest } = whole;
  const messages = await prepareMessages(textsOf(pullRequest), {
    repositoryUuid: pullRequest.repositoryUuid,
  });
  return withRequestedStrategies(representWholePullRequest(whole, { baseUrls, messages }), fields);
}
