import type { PullRequestPageRequest } from "../../page.ts";

/**
 * Whether what changes a pull request is offered: to its author, and to those who may write, as long as it is open. The
 * declarations of those pages say the same, and decide.
 */
export function mayEdit({ pullRequest, account, held }: PullRequestPageRequest): boolean {
  const mayWrite = held === "write" || held === "admin";
  return (
    pullRequest.state === "OPEN" &&
    account !== undefined &&
    (mayWrite || account.uuid === pullRequest.author.uuid)
  );
}
