/** The names of tools about pull requests, their comments, tasks and reviewers. */
export const PULL_REQUEST_TOOL = /PullRequest|PRs$|Comment|draft|DefaultReviewers/;
