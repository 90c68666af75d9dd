import { WEBHOOK_EVENTS, type WebhookEvent } from "../../model/webhook.ts";

/** What a webhook can be about, as the reference's `subject_type` has it. */
export const HOOK_SUBJECTS = ["repository", "workspace"] as const;
export type HookSubject = (typeof HOOK_SUBJECTS)[number];

export function parseHookSubject(text: string): HookSubject | undefined {
  return HOOK_SUBJECTS.find((subject) => subject === text);
}

/** A `hook_event` of the reference. */
export type HookEvent = {
  readonly event: WebhookEvent;
  readonly category: string;
  readonly label: string;
  readonly description: string;
};

/** What the reference shows of push, fork, import and approval, and the form of all, is its own; the other words are ours. */
const WORDS: Record<WebhookEvent, readonly [category: string, label: string, description: string]> = {
  "issue:comment_created": ["Issue", "Comment created", "When somebody comments on an issue"],
  "issue:created": ["Issue", "Created", "When an issue is opened"],
  "issue:updated": ["Issue", "Updated", "When a field of an issue is changed"],
  "pipeline:span_created": ["Pipeline", "Span created", "When a part of a pipeline has been measured"],
  "project:updated": ["Project", "Updated", "When a project's name or settings are changed"],
  "pullrequest:approved": ["Pull Request", "Approved", "When someone has approved a pull request"],
  "pullrequest:changes_request_created": [
    "Pull Request",
    "Changes requested",
    "When a reviewer asks for changes to a pull request",
  ],
  "pullrequest:changes_request_removed": [
    "Pull Request",
    "Changes request removed",
    "When a reviewer takes back a request for changes",
  ],
  "pullrequest:comment_created": [
    "Pull Request",
    "Comment created",
    "When somebody comments on a pull request",
  ],
  "pullrequest:comment_deleted": [
    "Pull Request",
    "Comment deleted",
    "When a comment on a pull request is deleted",
  ],
  "pullrequest:comment_reopened": [
    "Pull Request",
    "Comment reopened",
    "When a resolved comment on a pull request is opened again",
  ],
  "pullrequest:comment_resolved": [
    "Pull Request",
    "Comment resolved",
    "When a comment on a pull request is marked as resolved",
  ],
  "pullrequest:comment_updated": [
    "Pull Request",
    "Comment updated",
    "When a comment on a pull request is edited",
  ],
  "pullrequest:created": ["Pull Request", "Created", "When a pull request is opened"],
  "pullrequest:fulfilled": ["Pull Request", "Merged", "When a pull request is merged"],
  "pullrequest:push": ["Pull Request", "Push", "When commits are pushed to a pull request's source"],
  "pullrequest:rejected": ["Pull Request", "Declined", "When a pull request is declined"],
  "pullrequest:unapproved": ["Pull Request", "Approval removed", "When an approval is taken back"],
  "pullrequest:updated": [
    "Pull Request",
    "Updated",
    "When a pull request's title, description, reviewers or destination are changed",
  ],
  "repo:commit_comment_created": [
    "Repository",
    "Commit comment created",
    "When somebody comments on a commit",
  ],
  "repo:commit_status_created": [
    "Repository",
    "Build status created",
    "When a commit gets a new build status",
  ],
  "repo:commit_status_updated": [
    "Repository",
    "Build status updated",
    "When a commit's build status is changed",
  ],
  "repo:created": ["Repository", "Created", "When a repository is made in the workspace"],
  "repo:deleted": ["Repository", "Deleted", "When a repository is deleted"],
  "repo:fork": ["Repository", "Fork", "Whenever a repository fork occurs"],
  "repo:imported": ["Repository", "Import", "Whenever a repository import occurs"],
  "repo:push": ["Repository", "Push", "Whenever a repository push occurs"],
  "repo:transfer": ["Repository", "Transfer accepted", "Whenever a repository transfer is accepted"],
  "repo:updated": ["Repository", "Updated", "When a repository's name or settings are changed"],
  "token:expiring": ["Token", "Expiring", "When a token that reaches the workspace expires soon"],
};

/**
 * Of a workspace alone: a repository has no webhook yet when it is made, and none any more when it is deleted, and knows no
 * project. Our choice. A webhook of a repository may name them all the same, and they never come.
 */
const WORKSPACE_ONLY: readonly WebhookEvent[] = [
  "project:updated",
  "repo:created",
  "repo:deleted",
  "token:expiring",
];

/** What a webhook of such a subject can subscribe to. */
export function hookEventsOf(subject: HookSubject): readonly HookEvent[] {
  const events = WEBHOOK_EVENTS.filter((event) => subject === "workspace" || !WORKSPACE_ONLY.includes(event));
  return events.map((event) => {
    const [category, label, description] = WORDS[event];
    return { event, category, label, description };
  });
}
