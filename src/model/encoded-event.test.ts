import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  newUuid,
  SAMPLE_INSTANT,
  sampleAccount,
  sampleProject,
  sampleRepository,
  sampleWorkspace,
} from "../../tests/support/examples/sample-model.ts";
import { UndecodableError } from "./codec.ts";
import type { CommitComment } from "./commit-comment.ts";
import type { CommitStatus } from "./commit-status.ts";
import { decodeEvent, type EncodedEvent, encodeEvent } from "./encoded-event.ts";
import type { EventOf, OutboxEvent } from "./event.ts";
import type { ObjectId } from "./object-id.ts";
import type { PullRequest } from "./pull-request.ts";
import type { PullRequestComment } from "./pull-request-comment.ts";
import type { BranchName, RefName } from "./ref-name.ts";

const workspace = sampleWorkspace("acme");
const project = sampleProject(workspace, "DEMO");
const repository = sampleRepository(workspace, project, "demo", {
  website: "https://example.test",
  mainBranch: "main" as BranchName,
  commitGraph: "ab".repeat(20),
  parentUuid: newUuid(),
});
const account = sampleAccount("ann");
const commit = "1".repeat(40) as ObjectId;
const actor = { actorUuid: account.uuid };
const inRepository = { ...actor, repositoryUuid: repository.uuid };
const changes = { description: { new: "new", old: null }, links: { new: { self: ["a"] }, old: 1 } };

const comment: CommitComment = {
  id: 7,
  repositoryUuid: repository.uuid,
  commit,
  author: account,
  parentId: 3,
  raw: "well **done**",
  inline: { path: "a.txt", from: undefined, to: 3, startFrom: undefined, startTo: 1 },
  isDeleted: false,
  createdAt: SAMPLE_INSTANT,
  updatedAt: SAMPLE_INSTANT,
};
const status: CommitStatus = {
  repositoryUuid: repository.uuid,
  commit,
  key: "ci",
  state: "FAILED",
  name: "",
  description: "",
  url: "",
  refname: "main",
  createdAt: SAMPLE_INSTANT,
  updatedAt: SAMPLE_INSTANT,
};

const reference = {
  uuid: repository.uuid,
  slug: repository.slug,
  name: "Demo",
  workspace: { slug: workspace.slug },
};
const pullRequest: PullRequest = {
  repositoryUuid: repository.uuid,
  id: 7,
  title: "A title",
  description: "",
  state: "MERGED",
  isDraft: false,
  isQueued: false,
  author: account,
  closedBy: account,
  reason: "",
  mergeCommit: commit,
  closesSourceBranch: true,
  commentCount: 1,
  taskCount: 0,
  source: { repository: undefined, branch: "topic" as BranchName, commit, hasBranch: false },
  destination: { repository: reference, branch: "main" as BranchName, commit: undefined },
  createdAt: SAMPLE_INSTANT,
  updatedAt: SAMPLE_INSTANT,
};
const ofPullRequest = {
  ...inRepository,
  pullRequest,
  participants: [
    { account, isReviewer: true, state: "approved", participatedAt: SAMPLE_INSTANT },
    { account, isReviewer: false, state: undefined, participatedAt: undefined },
  ],
} as const;

const ofReview = { ...ofPullRequest, reviewedAt: SAMPLE_INSTANT };
const { commit: _, ...common } = comment;
const pullRequestComment: PullRequestComment = {
  ...common,
  pullRequestId: 7,
  isPending: false,
  anchor: { source: commit, destination: undefined, base: commit, isOutdated: true },
  resolution: { by: account, at: SAMPLE_INSTANT },
};
const ofComment = { ...ofPullRequest, comment: pullRequestComment };

const EVENTS: { readonly [Kind in OutboxEvent["kind"]]: EventOf<Kind> } = {
  "repo:push": {
    kind: "repo:push",
    ...inRepository,
    changes: [
      { name: "refs/heads/main" as RefName, old: undefined, new: commit },
      { name: "refs/tags/v1" as RefName, old: commit, new: undefined },
    ],
  },
  "repo:imported": { kind: "repo:imported", ...inRepository, actorUuid: undefined },
  "repo:fork": { kind: "repo:fork", ...inRepository, forkUuid: newUuid() },
  "repo:commit_comment_created": { kind: "repo:commit_comment_created", ...inRepository, comment },
  "repo:commit_status_created": { kind: "repo:commit_status_created", ...inRepository, status },
  "repo:commit_status_updated": { kind: "repo:commit_status_updated", ...inRepository, status },
  "pullrequest:created": { kind: "pullrequest:created", ...ofPullRequest },
  "pullrequest:updated": { kind: "pullrequest:updated", ...ofPullRequest },
  "pullrequest:fulfilled": { kind: "pullrequest:fulfilled", ...ofPullRequest },
  "pullrequest:rejected": { kind: "pullrequest:rejected", ...ofPullRequest },
  "pullrequest:approved": { kind: "pullrequest:approved", ...ofReview },
  "pullrequest:unapproved": { kind: "pullrequest:unapproved", ...ofReview },
  "pullrequest:changes_request_created": { kind: "pullrequest:changes_request_created", ...ofReview },
  "pullrequest:changes_request_removed": { kind: "pullrequest:changes_request_removed", ...ofReview },
  "pullrequest:comment_created": { kind: "pullrequest:comment_created", ...ofComment },
  "pullrequest:comment_updated": {
    kind: "pullrequest:comment_updated",
    ...ofComment,
    comment: { ...pullRequestComment, inline: undefined, anchor: undefined, resolution: undefined },
  },
  "pullrequest:comment_deleted": { kind: "pullrequest:comment_deleted", ...ofComment },
  "pullrequest:comment_resolved": { kind: "pullrequest:comment_resolved", ...ofComment },
  "pullrequest:comment_reopened": { kind: "pullrequest:comment_reopened", ...ofComment },
  "repo:created": { kind: "repo:created", ...actor, repository },
  "repo:deleted": { kind: "repo:deleted", ...actor, repository },
  "repo:updated": { kind: "repo:updated", ...actor, repository, changes },
  "project:updated": {
    kind: "project:updated",
    ...actor,
    workspace,
    project,
    hasPublicRepositories: true,
    changes,
  },
  "token:expiring": {
    kind: "token:expiring",
    ...actor,
    workspace,
    token: {
      uuid: newUuid(),
      name: "ci",
      createdAt: SAMPLE_INSTANT,
      expiresAt: SAMPLE_INSTANT,
      lastUsedAt: undefined,
    },
    owner: account,
  },
};

for (const event of Object.values(EVENTS)) {
  describe(event.kind, () => {
    const encoded = encodeEvent(event);

    test("is read as it was stored, with its version", () => {
      assert.equal(JSON.parse(encoded).version, 1);
      assert.deepEqual(decodeEvent(encoded), { kind: "event", event });
    });

    test("is read as it was stored before events had a version", () => {
      assert.deepEqual(decodeEvent(JSON.stringify(event) as EncodedEvent), { kind: "event", event });
    });

    test("has no field that its codec does not name, and a further one does not disturb", () => {
      const further = { ...event, baseUrls: { api: "" } };
      assert.equal(encodeEvent(further), encoded);
      const stored = JSON.stringify({ ...JSON.parse(encoded), further: 1 }) as EncodedEvent;
      assert.deepEqual(decodeEvent(stored), { kind: "event", event });
    });

    test("is damaged without any of its fields", () => {
      const whole = JSON.parse(encoded) as Record<string, unknown>;
      const needed = Object.keys(whole).filter((key) => !["version", "kind", "actorUuid"].includes(key));
      for (const key of needed) {
        const stored = JSON.stringify({ ...whole, [key]: undefined }) as EncodedEvent;
        assert.throws(() => decodeEvent(stored), UndecodableError, key);
      }
    });
  });
}

for (const [why, stored, problem] of [
  ["a later version", { version: 2, ...EVENTS["repo:imported"] }, "version 2"],
  ["no version at all", { ...EVENTS["repo:imported"], version: null }, "version null"],
  [
    "a kind that is not known",
    { version: 1, kind: "pullrequest:invented" },
    'the kind "pullrequest:invented"',
  ],
  ["a name that every object has", { version: 1, kind: "toString" }, 'the kind "toString"'],
  ["no kind", { version: 1 }, "the kind undefined"],
] as const) {
  test(`leaves to later versions: ${why}`, () => {
    assert.deepEqual(decodeEvent(JSON.stringify(stored) as EncodedEvent), { kind: "unknown", problem });
  });
}

for (const [why, stored, message] of [
  ["another type", { ...EVENTS["repo:imported"], repositoryUuid: 1 }, "repositoryUuid: no string"],
  [
    "a state that is not known",
    { ...EVENTS["repo:commit_status_created"], status: { ...status, state: "SKIPPED" } },
    "status: state: a word that is not known",
  ],
  [
    "a date that is none",
    { ...EVENTS["repo:commit_status_created"], status: { ...status, createdAt: "soon" } },
    "status: createdAt: no date",
  ],
  ["null", null, "no object"],
] as const) {
  test(`says where an event is damaged: ${why}`, () => {
    const encoded = JSON.stringify(stored) as EncodedEvent;
    assert.throws(() => decodeEvent(encoded), { name: "UndecodableError", message });
  });
}

test("text that is no JSON is damaged", () => {
  assert.throws(() => decodeEvent("{" as EncodedEvent), UndecodableError);
});
