import type { PullRequest } from "../../../../model/pull-request.ts";
import type { PullRequestTask } from "../../../../model/pull-request-task.ts";
import type { BaseUrls } from "../../../../representations/links.ts";
import { prepareMessages } from "../../../../representations/markdown/rendered-messages.ts";
import { representTask } from "../../../../representations/pull-request-task.ts";

/** Tasks of one pull request as answers show them. */
export async function showTasks(
  tasks: readonly PullRequestTask[],
  pullRequest: PullRequest,
  baseUrls: BaseUrls,
) {
  const messages = await prepareMessages(
    tasks.map(({ raw }) => raw),
    { repositoryUuid: pullRequest.repositoryUuid },
  );
  return tasks.map((task) => representTask(task, { pullRequest, baseUrls, messages }));
}

export async function showTask(task: PullRequestTask, pullRequest: PullRequest, baseUrls: BaseUrls) {
  const [shown] = await showTasks([task], pullRequest, baseUrls);
  return shown!;
}
