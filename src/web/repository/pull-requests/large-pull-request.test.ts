// Large pull requests stay usable: no page has more than 6,000 elements, and all of it can be reached.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { startFilledApp } from "../../../../tests/support/server/filled-app.ts";
import { signIn, type WebClient } from "../../../../tests/support/server/web-client.ts";
import type { PullRequest } from "../../../model/pull-request.ts";
import { insertActivity } from "../../../storage/sql/pull-requests/activity.ts";
import { insertComment } from "../../../storage/sql/pull-requests/comments.ts";
import { findPullRequest } from "../../../storage/sql/pull-requests/pull-requests.ts";
import { insertTask } from "../../../storage/sql/pull-requests/tasks.ts";

const NODES_MAX = 6000;
const filled = await startFilledApp();
const { app, git, folder, rest, commit } = filled;
const OWN = "/acme/demo/pull-requests/1";
let client: WebClient;
let pullRequest: PullRequest;

function linesOf(count: number, word: string): string {
  return Array.from({ length: count }, (_, line) => `const ${word}${line} = ${line};\n`).join("");
}

async function addComments(count: number, placeOf: (index: number) => number | undefined): Promise<void> {
  const { repositoryUuid, source, destination } = pullRequest;
  const at = app.ports.clock();
  await app.by.transaction(async (tx) => {
    let parentId: number | undefined;
    for (let index = 0; index < count; index += 1) {
      const to = placeOf(index);
      const isReply = index % 3 === 2;
      const comment = await insertComment(tx, {
        repositoryUuid,
        pullRequestId: 1,
        author: app.owner,
        parentId: isReply ? parentId : undefined,
        raw: `Comment ${index} with **some** words, and \`code\`.`,
        inline:
          to === undefined
            ? undefined
            : { path: "large.ts", from: undefined, to, startFrom: undefined, startTo: undefined },
        anchor:
          to === undefined
            ? undefined
            : {
                source: source.commit,
                destination: destination.commit,
                base: undefined,
                isOutdated: index % 5 === 4,
              },
        isPending: false,
        isDeleted: false,
        createdAt: at,
        updatedAt: at,
      });
      if (!isReply) parentId = comment.id;
      await insertActivity(
        tx,
        { repositoryUuid, id: 1 },
        { kind: "comment", accountUuid: app.owner.uuid, at, commentId: comment.id },
      );
      if (index % 20 === 0)
        await insertTask(tx, {
          repositoryUuid,
          pullRequestId: 1,
          creator: app.owner,
          raw: `Task ${index}`,
          commentId: comment.id,
          isPending: false,
          createdAt: at,
          updatedAt: at,
        });
    }
  });
}

before(async () => {
  await commit({ "large.ts": linesOf(10_000, "old"), "small.ts": "a\n" }, "Base");
  await git.out(["push", "--quiet", "origin", "main"], { folder });
  await git.out(["checkout", "--quiet", "-b", "large"], { folder });
  const many = Array.from({ length: 300 }, (_, file) => [`folder/file-${file}.ts`, linesOf(10, "x")]);
  await commit({ "large.ts": linesOf(10_000, "new"), ...Object.fromEntries(many) }, "Large");
  await git.out(["push", "--quiet", "origin", "large"], { folder });
  const made = await rest("POST", "/pullrequests", { title: "Large", source: { branch: { name: "large" } } });
  assert.equal(made.status, 201, made.text);
  pullRequest = (await findPullRequest(app.ports.database.kysely, {
    repositoryUuid: app.repository.uuid,
    id: 1,
  }))!;
  await addComments(1000, (index) => (index % 2 === 0 ? 1 + index * 3 : undefined));
  client = await signIn(app, app.owner);
});

async function page(path: string): Promise<string> {
  const { status, text } = await client.get(path);
  assert.equal(status, 200, text.slice(0, 500));
  const nodes = text.match(/<[a-z]/g)?.length ?? 0;
  assert.ok(nodes <= NODES_MAX, `${path} has ${nodes} elements`);
  return text;
}

for (const path of [
  OWN,
  `${OWN}?view=side-by-side`,
  `${OWN}?file=large.ts`,
  `${OWN}?file=large.ts&row=5000`,
  `${OWN}?file=large.ts&view=side-by-side`,
  `${OWN}?files=51`,
  `${OWN}/activity`,
  `${OWN}/commits`,
  `${OWN}/comment?path=large.ts&to=9000`,
  "/acme/demo/pull-requests/new?source=large&destination=main",
])
  test(`${path} has at most ${NODES_MAX} elements`, async () => {
    await page(path);
  });

test("all comments can be reached by going on from one page of the activity to the next", async () => {
  const seen = new Set<string>();
  let path: string | undefined = `${OWN}/activity`;
  for (let pages = 0; path !== undefined && pages < 50; pages += 1) {
    const text: string = await page(path);
    for (const [, id] of text.matchAll(/id="comment-(\d+)"/g)) seen.add(id!);
    path = /rel="next" href="([^"]+)"/.exec(text)?.[1]?.replaceAll("&amp;", "&");
  }
  assert.equal(seen.size, 1000);
});

test("a page of changes says how many comments it does not show", async () => {
  const text = await page(OWN);
  assert.match(text, /more are in the activity/);
  assert.match(text, /outdated comments/);
});

test("the page behind a comment on a line finds the line deep in a file", async () => {
  assert.match(await page(`${OWN}/comment?path=large.ts&to=9000`), /value="n9000"[^>]* checked/);
});
