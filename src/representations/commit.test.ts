import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "../../tests/support/fuzzing/seeded-properties.ts";
import type { Commit } from "../git/objects/commit.ts";
import { parseCommit } from "../git/objects/parse-commit.ts";
import type { Account } from "../model/account.ts";
import type { ObjectId } from "../model/object-id.ts";
import type { Repository } from "../model/repository.ts";
import type { ProjectKey, RepositorySlug, WorkspaceSlug } from "../model/slug.ts";
import type { Uuid } from "../model/uuid.ts";
import { openCommitWriter, representCommit } from "./commit.ts";
import { representCondensedRepository } from "./condensed-repository.ts";
import { representEmbeddedAccount } from "./embedded-account.ts";
import { JsonWriter } from "./json-writer.ts";
import { renderMessage } from "./markdown/rendered-messages.ts";

const NOW = new Date("2026-01-02T03:04:05.678Z");
const WORKSPACE_UUID = "00000000-0000-4000-8000-000000000001" as Uuid;

const BASES = { api: "http://127.0.0.1:8080/2.0", html: "http://127.0.0.1:8080" };

const ANN: Account = {
  uuid: "00000000-0000-4000-8000-00000000000a" as Uuid,
  accountId: "712020:00000000-0000-4000-8000-00000000000b",
  username: "ann",
  displayName: "Ann Author",
  nickname: "Annie",
  kind: "user",
  isDisabled: false,
  createdAt: NOW,
};

const REPOSITORY: Repository = {
  uuid: "00000000-0000-4000-8000-000000000003" as Uuid,
  workspace: {
    uuid: WORKSPACE_UUID,
    slug: "acme" as WorkspaceSlug,
    name: "Acme",
    isPrivate: false,
    createdAt: NOW,
    updatedAt: NOW,
  },
  project: {
    uuid: "00000000-0000-4000-8000-000000000002" as Uuid,
    workspaceUuid: WORKSPACE_UUID,
    key: "P" as ProjectKey,
    name: "Project",
    description: "",
    isPrivate: false,
    createdAt: NOW,
    updatedAt: NOW,
  },
  slug: "demo" as RepositorySlug,
  name: "Demo",
  description: "",
  website: undefined,
  language: "",
  isPrivate: true,
  hasIssues: false,
  hasWiki: false,
  forkPolicy: "allow_forks",
  mainBranch: undefined,
  sizeBytes: 0,
  refGeneration: 0,
  dropNumber: 0,
  commitGraph: undefined,
  parentUuid: undefined,
  createdAt: NOW,
  updatedAt: NOW,
};

const ID = "1".repeat(40) as ObjectId;
const PARENT = "2".repeat(40);

function commitOf(message: string, author = "Ann Author <Ann@Example.test> 1745660606 +0530"): Commit {
  const headers = [
    `tree ${PARENT}`,
    `parent ${PARENT}`,
    `author ${author}`,
    "committer Bob <bob@x> 1745660700 +0000",
  ];
  return parseCommit(ID, Buffer.from(`${headers.join("\n")}\n\n${message}`));
}

const CONTEXT = {
  repository: REPOSITORY,
  baseUrls: BASES,
  accounts: new Map([["ann@example.test", ANN]]),
  messages: { htmlOf: renderMessage, isComplete: true },
};
const IN_LIST = { withCommitter: false, withParticipants: false };

const ANN_EMBEDDED = {
  display_name: "Ann Author",
  links: {
    self: { href: "http://127.0.0.1:8080/2.0/users/%7B00000000-0000-4000-8000-00000000000a%7D" },
    avatar: { href: "http://127.0.0.1:8080/account/%7B00000000-0000-4000-8000-00000000000a%7D/avatar/" },
    html: { href: "http://127.0.0.1:8080/%7B00000000-0000-4000-8000-00000000000a%7D/" },
  },
  type: "user",
  uuid: "{00000000-0000-4000-8000-00000000000a}",
  account_id: "712020:00000000-0000-4000-8000-00000000000b",
  nickname: "Annie",
};

const DEMO_CONDENSED = {
  type: "repository",
  full_name: "acme/demo",
  links: {
    self: { href: "http://127.0.0.1:8080/2.0/repositories/acme/demo" },
    html: { href: "http://127.0.0.1:8080/acme/demo" },
    avatar: { href: "http://127.0.0.1:8080/acme/demo/avatar/" },
  },
  name: "Demo",
  uuid: "{00000000-0000-4000-8000-000000000003}",
};

const RENDERED = { type: "rendered", raw: "Add a\n", markup: "markdown", html: "<p>Add a</p>" };

test("an embedded account does not tell its user name", () => {
  assert.deepEqual(representEmbeddedAccount(ANN, BASES), ANN_EMBEDDED);
});

test("a condensed repository has its five keys", () => {
  assert.deepEqual(representCondensedRepository(REPOSITORY, BASES), DEMO_CONDENSED);
});

test("a commit in a list is as recorded", () => {
  const self = `http://127.0.0.1:8080/2.0/repositories/acme/demo/commit/${ID}`;
  assert.deepEqual(representCommit(commitOf("Add a\n"), CONTEXT, IN_LIST), {
    type: "commit",
    hash: ID,
    date: "2025-04-26T09:43:26+00:00",
    author: { type: "author", raw: "Ann Author <Ann@Example.test>", user: ANN_EMBEDDED },
    message: "Add a\n",
    summary: RENDERED,
    links: {
      self: { href: self },
      html: { href: `http://127.0.0.1:8080/acme/demo/commits/${ID}` },
      diff: { href: `http://127.0.0.1:8080/2.0/repositories/acme/demo/diff/${ID}` },
      approve: { href: `${self}/approve` },
      comments: { href: `${self}/comments` },
      statuses: { href: `${self}/statuses` },
      patch: { href: `http://127.0.0.1:8080/2.0/repositories/acme/demo/patch/${ID}` },
    },
    parents: [
      {
        hash: PARENT,
        links: {
          self: { href: `http://127.0.0.1:8080/2.0/repositories/acme/demo/commit/${PARENT}` },
          html: { href: `http://127.0.0.1:8080/acme/demo/commits/${PARENT}` },
        },
        type: "commit",
      },
    ],
    rendered: { message: RENDERED },
    repository: DEMO_CONDENSED,
  });
});

test("a single commit has participants, and a committer only when asked for", () => {
  const single = representCommit(commitOf("m"), CONTEXT, { withCommitter: false, withParticipants: true });
  assert.deepEqual(single.participants, []);
  assert.ok(!("committer" in single));
  const asked = representCommit(commitOf("m"), CONTEXT, { withCommitter: true, withParticipants: false });
  assert.deepEqual(asked.committer, { type: "committer", raw: "Bob <bob@x>" });
  assert.ok(!("participants" in asked));
});

test("an author who has no account has no user", () => {
  for (const author of ["Eve <eve@x> 1 +0000", "Eve <> 1 +0000", "Eve"]) {
    const shown = representCommit(commitOf("m", author), CONTEXT, IN_LIST);
    assert.ok(!("user" in shown.author), author);
  }
});

for (const [message, html] of [
  ["", ""],
  ["\n\n", ""],
  ["One\n", "<p>One</p>"],
  ["One\ntwo\n", "<p>One<br>\ntwo</p>"],
  ["One\n\n\ntwo\n\nthree", "<p>One</p>\n<p>two</p>\n<p>three</p>"],
  ["One\r\n\r\ntwo\rthree  \n", "<p>One</p>\n<p>two<br>\nthree</p>"],
  ["One *two*", "<p>One <em>two</em></p>"],
] as const) {
  test(`renders ${JSON.stringify(message)}`, () => {
    const { summary, rendered } = representCommit(commitOf(message), CONTEXT, IN_LIST);
    assert.equal(summary.raw, message);
    assert.equal(summary.html, html);
    assert.deepEqual(rendered.message, summary);
  });
}

test("commits are written as their representations are", () => {
  const text = fc.string({ unit: "binary" });
  const author = fc.oneof(
    text.map((name) => `${name} <ann@example.test> 1745660606 +0000`),
    text,
    fc.constantFrom("Ann <ANN@example.test> 17 +0000", "Bob <bob@x> 99999999999999 +0000", ""),
  );
  const ids = fc.array(fc.stringMatching(/^[0-9a-f]{40}$/), { maxLength: 3 });
  const commits = fc.array(fc.record({ message: text, author, parents: ids }), { maxLength: 4 });
  fc.assert(
    fc.property(commits, (all) => {
      const write = openCommitWriter(CONTEXT);
      for (const { message, author: line, parents } of all) {
        const commit = { ...commitOf(message, line), parents: parents as ObjectId[] };
        const writer = new JsonWriter();
        write(commit, writer);
        assert.equal(writer.finish().toString(), JSON.stringify(representCommit(commit, CONTEXT, IN_LIST)));
      }
    }),
  );
});
