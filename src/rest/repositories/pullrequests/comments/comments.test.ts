import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { startFilledApp } from "../../../../../tests/support/server/filled-app.ts";
import { addPerson, type RestCall } from "../../../../../tests/support/server/people.ts";

type Json = Record<string, unknown>;

const filled = await startFilledApp();
const { app, git, folder } = filled;
const people = new Map<string, RestCall>();

const TEN = Array.from({ length: 10 }, (_, index) => `line ${index + 1} of ten\n`).join("");
let requests = 0;

before(async () => {
  for (const [name, permission] of [
    ["reader", "read"],
    ["writer", "write"],
    ["admin", "admin"],
    ["stranger", "none"],
  ] as const)
    people.set(name, await addPerson(app, name, permission));
  await git.out(["checkout", "--quiet", "-b", "main"], { folder });
  await filled.commit({ "old.txt": TEN, "kept.txt": TEN }, "first");
  await git.out(["push", "--quiet", "origin", "main"], { folder });
});

/** Calls as the owner, or as somebody else. */
function call(method: string, path: string, body?: unknown, who?: string) {
  return (who === undefined ? filled.rest : people.get(who)!)(method, path, body);
}

/** A pull request of a new branch with these files; the branch is checked out. @returns its path. */
async function open(files: Readonly<Record<string, string>>): Promise<string> {
  requests += 1;
  const name = `topic-${requests}`;
  await git.out(["checkout", "--quiet", "-B", name, "main"], { folder });
  await filled.commit(files, `work on ${name}`);
  await git.out(["push", "--quiet", "origin", name], { folder });
  const answer = await call("POST", "/pullrequests", { title: name, source: { branch: { name } } });
  assert.equal(answer.status, 201, answer.text);
  return `/pullrequests/${answer.json.id}`;
}

/** Changes the branch that is checked out. */
async function push(files: Readonly<Record<string, string>>, moves: Readonly<Record<string, string>> = {}) {
  for (const [from, to] of Object.entries(moves)) await git.out(["mv", from, to], { folder });
  const tip = await filled.commit(files, "more");
  await git.out(["push", "--quiet", "--force", "origin", "HEAD"], { folder });
  return tip;
}

async function comment(path: string, more: Json = {}, who?: string) {
  const answer = await call("POST", `${path}/comments`, { content: { raw: "text" }, ...more }, who);
  assert.equal(answer.status, 201, answer.text);
  return answer.json;
}

async function inlineOf(path: string, { id }: { id: number }) {
  const answer = await call("GET", `${path}/comments/${id}`);
  assert.equal(answer.status, 200, answer.text);
  const { from, to, outdated, path: file, start_from, start_to } = answer.json.inline;
  return {
    file,
    ...(from === null ? {} : { from }),
    ...(to === null ? {} : { to }),
    ...(start_from === null ? {} : { start_from }),
    ...(start_to === null ? {} : { start_to }),
    ...(outdated ? { outdated } : {}),
  };
}

describe("a comment", () => {
  test("has the keys of the recordings, and a location", async () => {
    const path = await open({ "new.txt": TEN });
    const answer = await call(
      "POST",
      `${path}/comments`,
      { content: { raw: "*Lovely* <script>" } },
      "reader",
    );
    assert.equal(answer.status, 201);
    const { json } = answer;
    assert.equal(answer.headers.get("location"), json.links.self.href);
    assert.deepEqual(Object.keys(json).toSorted(), [
      "content",
      "created_on",
      "deleted",
      "id",
      "links",
      "pending",
      "pullrequest",
      "type",
      "updated_on",
      "user",
    ]);
    assert.equal(json.type, "pullrequest_comment");
    assert.equal(json.content.html, "<p><em>Lovely</em> &lt;script&gt;</p>");
    assert.equal(json.deleted, false);
    assert.deepEqual(Object.keys(json.pullrequest).toSorted(), ["draft", "id", "links", "title", "type"]);
    assert.match(json.links.html.href, new RegExp(`/pull-requests/\\d+/_/diff#comment-${json.id}$`));
    assert.deepEqual((await call("GET", `${path}/comments/${json.id}`)).json, json);
  });

  test("counts, moves the pull request and makes a participant of its author", async () => {
    const path = await open({ "new.txt": TEN });
    const made = await comment(path, {}, "reader");
    const { json } = await call("GET", path);
    assert.equal(json.comment_count, 1);
    assert.equal(json.updated_on, made.created_on);
    const [participant, ...others] = json.participants;
    assert.deepEqual(others, []);
    assert.equal(participant.role, "PARTICIPANT");
    assert.equal(participant.approved, false);
    assert.equal(participant.participated_on, made.created_on);
    assert.equal(participant.user.nickname, "reader");
  });

  test("is taken on a declined pull request", async () => {
    const path = await open({ "new.txt": TEN });
    await call("POST", `${path}/decline`);
    await comment(path);
    assert.equal((await call("GET", path)).json.comment_count, 1);
  });

  test("keeps every character and every line end", async () => {
    const path = await open({ "new.txt": TEN });
    const raw = "\u{1f600} one\r\ntwo\r\n";
    const { id } = await comment(path, { content: { raw } });
    assert.equal((await call("GET", `${path}/comments/${id}`)).json.content.raw, raw);
  });

  for (const [why, body, field] of [
    ["no content", {}, "content.raw"],
    ["an empty text", { content: { raw: " \n" } }, "content.raw"],
    ["a text of 1 MB", { content: { raw: "x".repeat(1_000_000) } }, "content.raw"],
    ["a line 0", { content: { raw: "x" }, inline: { path: "f", to: 0 } }, "inline.to"],
    ["no path", { content: { raw: "x" }, inline: { to: 1 } }, "inline"],
    ["a parent that is a text", { content: { raw: "x" }, parent: { id: "1" } }, "parent.id"],
  ] as const)
    test(`is not taken with ${why}`, async () => {
      const answer = await call("POST", "/pullrequests/1/comments", body);
      assert.equal(answer.status, 400, answer.text);
      assert.ok(field in answer.json.error.fields, answer.text);
    });

  test("with an unknown parent is refused in the recorded words", async () => {
    const elsewhere = await comment(await open({ "new.txt": TEN }));
    const path = await open({ "new.txt": TEN });
    for (const id of [elsewhere.id, 999_999, Number.MAX_SAFE_INTEGER]) {
      const answer = await call("POST", `${path}/comments`, { content: { raw: "x" }, parent: { id } });
      assert.equal(answer.status, 400);
      assert.equal(answer.json.error.message, "Invalid parent ID");
    }
  });
});

describe("an inline comment", () => {
  test("is taken in six forms", async () => {
    const path = await open({ "new.txt": TEN, "old.txt": `new\n${TEN}` });
    for (const inline of [
      { path: "new.txt", to: 3 },
      { path: "old.txt", from: 3 },
      { path: "new.txt", to: 5, start_to: 3 },
      { path: "old.txt", from: 5, start_from: 3 },
      { path: "new.txt" },
      { path: "new.txt", to: 3, from: null },
    ]) {
      const { inline: shown, links } = await comment(path, { inline });
      assert.equal(shown.path, inline.path);
      assert.equal(shown.from, inline.from ?? null);
      assert.equal(shown.to, inline.to ?? null);
      assert.equal(shown.start_from, inline.start_from ?? null);
      assert.equal(shown.start_to, inline.start_to ?? null);
      assert.equal(shown.outdated, false, JSON.stringify(inline));
      assert.match(links.code.href, /\/diff\/.*path=/);
    }
  });

  test("on a line or a path that is not there is taken, and outdated", async () => {
    const path = await open({ "new.txt": TEN });
    for (const inline of [
      { path: "new.txt", to: 11 },
      { path: "old.txt", from: 99 },
      { path: "none.txt", to: 1 },
      { path: "none.txt" },
      { path: "../x", to: 1 },
    ])
      assert.equal((await comment(path, { inline })).inline.outdated, true, JSON.stringify(inline));
  });

  test("has replies where it is itself", async () => {
    const path = await open({ "new.txt": TEN });
    const parent = await comment(path, { inline: { path: "new.txt", to: 3 } });
    const reply = await comment(path, { parent: { id: parent.id }, inline: { path: "other", to: 1 } });
    assert.deepEqual(reply.inline, parent.inline);
    assert.equal(reply.parent.id, parent.id);
    assert.deepEqual(Object.keys(reply.parent.links), ["self", "html"]);
    await push({ "new.txt": `new\n${TEN}` });
    assert.deepEqual(await inlineOf(path, reply), { file: "new.txt", to: 4 });
    assert.deepEqual(await inlineOf(path, parent), { file: "new.txt", to: 4 });
  });
});

describe("with new commits an inline comment", () => {
  test("follows its line through edits and renames, or is outdated where it was", async () => {
    const path = await open({ "new.txt": TEN });
    const third = await comment(path, { inline: { path: "new.txt", to: 3 } });
    const fifth = await comment(path, { inline: { path: "new.txt", to: 5 } });
    const range = await comment(path, { inline: { path: "new.txt", to: 9, start_to: 7 } });
    const whole = await comment(path, { inline: { path: "new.txt" } });
    await push({ "new.txt": `new\n${TEN.replace("5 of", "five of")}` });
    assert.deepEqual(await inlineOf(path, third), { file: "new.txt", to: 4 });
    assert.deepEqual(await inlineOf(path, fifth), { file: "new.txt", to: 5, outdated: true });
    assert.deepEqual(await inlineOf(path, range), { file: "new.txt", to: 10, start_to: 8 });
    const added = await comment(path, { inline: { path: "new.txt", to: 1 } });
    await push({}, { "new.txt": "moved.txt" });
    const tip = await push({ "moved.txt": `newer\nnew\n${TEN.replace("5 of", "five of")}` });
    const { json } = await call("GET", `${path}/comments?pagelen=100`);
    assert.deepEqual(
      json.values.map(({ inline }: { inline: Json }) => [inline.path, inline.to, inline.outdated]),
      [
        ["moved.txt", 5, false],
        ["new.txt", 5, true],
        ["moved.txt", 11, false],
        ["moved.txt", null, false],
        ["moved.txt", 2, false],
      ],
    );
    assert.equal(json.values[0].inline.src_rev, tip.slice(0, 12));
    assert.notEqual(json.values[1].inline.src_rev, tip.slice(0, 12));
    assert.deepEqual(await inlineOf(path, whole), { file: "moved.txt" });
    assert.deepEqual(await inlineOf(path, added), { file: "moved.txt", to: 2 });
  });

  test("on the old side follows its line when the common ancestor moves", async () => {
    const path = await open({ "kept.txt": TEN.replace("3 of", "three of") });
    const removed = await comment(path, { inline: { path: "kept.txt", from: 3 } });
    const stays = await comment(path, { inline: { path: "old.txt", from: 3 } });
    const branch = await git.out(["branch", "--show-current"], { folder });
    await git.out(["checkout", "--quiet", "main"], { folder });
    await filled.commit({ "kept.txt": `above\n${TEN}` }, "main goes on");
    await git.out(["push", "--quiet", "origin", "main"], { folder });
    assert.deepEqual(await inlineOf(path, removed), { file: "kept.txt", from: 3 });
    await git.out(["checkout", "--quiet", branch], { folder });
    await git.out(["merge", "--quiet", "-m", "merge main", "main"], { folder });
    await push({});
    assert.deepEqual(await inlineOf(path, removed), { file: "kept.txt", from: 4 });
    assert.deepEqual(await inlineOf(path, stays), { file: "old.txt", from: 3 });
  });

  test("on the old side of a renamed file goes by its new name, also if that changes", async () => {
    const path = await open({});
    await push({}, { "kept.txt": "renamed.txt" });
    await push({ "renamed.txt": `above\n${TEN.replace("3 of", "three of")}` });
    const made = await comment(path, { inline: { path: "renamed.txt", from: 3 } });
    assert.equal(made.inline.outdated, false);
    const branch = await git.out(["branch", "--show-current"], { folder });
    await git.out(["checkout", "--quiet", "main"], { folder });
    const { stdout: before } = await git.run(["show", "main:kept.txt"], { folder });
    await filled.commit({ "kept.txt": `${before}below\n`, "old.txt": `over\n${TEN}` }, "main goes on");
    await git.out(["push", "--quiet", "origin", "main"], { folder });
    await git.out(["checkout", "--quiet", branch], { folder });
    await git.out(["merge", "--quiet", "-m", "merge main", "main"], { folder });
    await push({}, { "renamed.txt": "again.txt" });
    assert.deepEqual(await inlineOf(path, made), { file: "again.txt", from: 3 });
    await git.out(["rm", "--quiet", "again.txt"], { folder });
    await push({});
    assert.deepEqual(await inlineOf(path, made), { file: "kept.txt", from: 3 });
  });

  test("is right after a forced push, and when the branch and the pull request are gone", async () => {
    const path = await open({ "new.txt": TEN });
    const made = await comment(path, { inline: { path: "new.txt", to: 3 } });
    const branch = await git.out(["branch", "--show-current"], { folder });
    await git.out(["reset", "--quiet", "--hard", "main"], { folder });
    await push({ "new.txt": `a\nb\n${TEN}` });
    await call("POST", `${path}/decline`);
    await git.out(["push", "--quiet", "origin", `:${branch}`], { folder });
    assert.deepEqual(await inlineOf(path, made), { file: "new.txt", to: 5 });
    assert.deepEqual(await inlineOf(path, made), { file: "new.txt", to: 5 });
  });

  test("is moved once by many who read at the same time", async () => {
    const path = await open({ "new.txt": TEN });
    const made = await comment(path, { inline: { path: "new.txt", to: 3 } });
    await push({ "new.txt": `new\n${TEN}` });
    const read = await Promise.all(Array.from({ length: 8 }, () => inlineOf(path, made)));
    assert.deepEqual(
      read,
      read.map(() => ({ file: "new.txt", to: 4 })),
    );
  });
});

test("a comment is in the activity of its pull request and of all, where it is now", async () => {
  const path = await open({ "new.txt": TEN });
  const made = await comment(path, { inline: { path: "new.txt", to: 3 } });
  const general = await comment(path);
  await comment(path, { pending: true });
  await push({ "new.txt": `new\n${TEN}` });
  const { json } = await call("GET", `${path}/activity`);
  const entries = json.values.filter((entry: Json) => "comment" in entry);
  assert.deepEqual(
    entries.map((entry: { comment: Json }) => entry.comment.id),
    [general.id, made.id],
  );
  assert.equal(entries[1].comment.inline.to, 4);
  assert.equal(entries[1].comment.inline.outdated, false);
  assert.deepEqual(entries[0].comment, (await call("GET", `${path}/comments/${general.id}`)).json);
  const all = await call("GET", "/pullrequests/activity");
  assert.ok(all.json.values.some((entry: { comment?: Json }) => entry.comment?.id === made.id));
});

describe("a pending comment", () => {
  test("is its author's until it is published", async () => {
    const path = await open({ "new.txt": TEN });
    const made = await comment(path, { pending: true }, "reader");
    assert.equal(made.pending, true);
    assert.equal((await call("GET", `${path}/comments/${made.id}`)).status, 404);
    assert.equal((await call("GET", `${path}/comments`)).json.size, 0);
    assert.equal((await call("GET", `${path}/comments`, undefined, "reader")).json.size, 1);
    const reply = await call("POST", `${path}/comments`, {
      content: { raw: "x" },
      parent: { id: made.id },
    });
    assert.equal(reply.status, 400);
    const hidden = await call("GET", path);
    assert.equal(hidden.json.comment_count, 0);
    assert.deepEqual(hidden.json.participants, []);
    const published = await call("PUT", `${path}/comments/${made.id}`, { pending: false }, "reader");
    assert.equal(published.status, 200, published.text);
    assert.equal(published.json.pending, false);
    assert.equal(published.json.content.raw, "text");
    assert.equal((await call("GET", `${path}/comments/${made.id}`)).status, 200);
    assert.equal((await call("GET", path)).json.comment_count, 1);
    assert.equal((await call("GET", path)).json.participants.length, 1);
  });

  test("can be deleted before", async () => {
    const path = await open({ "new.txt": TEN });
    const made = await comment(path, { pending: true });
    assert.equal((await call("DELETE", `${path}/comments/${made.id}`)).status, 204);
    assert.equal((await call("GET", path)).json.comment_count, 0);
  });
});

describe("a comment is changed", () => {
  test("by its author, and keeps when it was written", async () => {
    const path = await open({ "new.txt": TEN });
    const made = await comment(path, {}, "reader");
    const answer = await call("PUT", `${path}/comments/${made.id}`, { content: { raw: "other" } }, "reader");
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.json.content.raw, "other");
    assert.equal(answer.json.created_on, made.created_on);
    assert.ok(answer.json.updated_on > made.updated_on);
    assert.equal((await call("GET", path)).json.updated_on, answer.json.updated_on);
    for (const who of [undefined, "writer", "admin"])
      assert.equal(
        (await call("PUT", `${path}/comments/${made.id}`, { content: { raw: "no" } }, who)).status,
        403,
      );
    const empty = await call("PUT", `${path}/comments/${made.id}`, { content: { raw: "" } }, "reader");
    assert.equal(empty.status, 400);
    assert.equal((await call("PUT", `${path}/comments/${made.id}`, {}, "reader")).status, 400);
  });

  test("and deleted, by its author or an administrator, and stays without its text", async () => {
    const path = await open({ "new.txt": TEN });
    for (const who of ["reader", "admin"]) {
      const { id } = await comment(path, {}, "reader");
      const reply = await comment(path, { parent: { id } });
      assert.equal((await call("DELETE", `${path}/comments/${id}`, undefined, "writer")).status, 403);
      const deleted = await call("DELETE", `${path}/comments/${id}`, undefined, who);
      assert.equal(deleted.status, 204);
      assert.equal(deleted.text, "");
      const { json } = await call("GET", `${path}/comments/${id}`);
      assert.equal(json.deleted, true);
      assert.deepEqual(json.content, { raw: "", markup: "markdown", html: "", type: "rendered" });
      assert.equal(json.user.nickname, "reader");
      for (const [method, body] of [["DELETE"], ["PUT", { content: { raw: "x" } }]] as const) {
        const again = await call(method, `${path}/comments/${id}`, body, "reader");
        assert.equal(again.status, 404);
        assert.equal(again.json.error.message, String(id));
      }
      assert.equal((await call("GET", `${path}/comments/${reply.id}`)).json.parent.id, id);
    }
    const list = await call("GET", `${path}/comments?q=deleted=false`);
    assert.equal(list.json.size, 2);
    assert.equal((await call("GET", `${path}/comments`)).json.size, 4);
    assert.equal((await call("GET", path)).json.comment_count, 2);
  });

  for (const id of ["999999", "text", "0", "1e3", "-1"])
    test(`not if there is no ${id}`, async () => {
      for (const method of ["GET", "DELETE"]) {
        const answer = await call(method, `/pullrequests/1/comments/${id}`);
        assert.equal(answer.status, 404);
        assert.equal(answer.json.error.message, id);
      }
    });
});

describe("a thread is resolved", () => {
  test("and reopened, with the recorded statuses", async () => {
    const path = await open({ "new.txt": TEN });
    const root = await comment(path, { inline: { path: "new.txt", to: 3 } });
    const at = `${path}/comments/${root.id}`;
    assert.equal((await call("DELETE", `${at}/resolve`)).status, 404);
    const answer = await call("POST", `${at}/resolve`, undefined, "reader");
    assert.equal(answer.status, 200, answer.text);
    assert.deepEqual(Object.keys(answer.json).toSorted(), ["created_on", "type", "user"]);
    assert.equal(answer.json.type, "comment_resolution");
    assert.deepEqual((await call("GET", at)).json.resolution, answer.json);
    assert.equal((await call("POST", `${at}/resolve`)).status, 409);
    const reopened = await call("DELETE", `${at}/resolve`);
    assert.equal(reopened.status, 204);
    assert.equal("resolution" in (await call("GET", at)).json, false);
    assert.equal((await call("DELETE", `${at}/resolve`)).status, 404);
  });

  test("but no reply, and nothing that is not on the diff", async () => {
    const path = await open({ "new.txt": TEN });
    const general = await comment(path);
    const root = await comment(path, { inline: { path: "new.txt", to: 3 } });
    const reply = await comment(path, { parent: { id: root.id } });
    for (const { id } of [general, reply])
      for (const method of ["POST", "DELETE"])
        assert.equal((await call(method, `${path}/comments/${id}/resolve`)).status, 403);
    assert.equal((await call("POST", `${path}/comments/999999/resolve`)).status, 404);
  });
});

describe("a list", () => {
  test("is sorted and filtered, the oldest first", async () => {
    const path = await open({ "new.txt": TEN });
    const made = [
      await comment(path, { content: { raw: "one" } }),
      await comment(path, { content: { raw: "two" }, inline: { path: "new.txt", to: 3 } }, "reader"),
    ];
    made.push(await comment(path, { content: { raw: "three" }, parent: { id: made[0].id } }));
    const ids = async (query: string) => {
      const { status, json, text } = await call("GET", `${path}/comments?${query}`);
      assert.equal(status, 200, text);
      return json.values.map(({ id }: { id: number }) => made.findIndex((one) => one.id === id));
    };
    assert.deepEqual(await ids(""), [0, 1, 2]);
    assert.deepEqual(await ids("sort=-created_on"), [2, 1, 0]);
    assert.deepEqual(await ids(`q=${encodeURIComponent('inline.path="new.txt"')}`), [1]);
    assert.deepEqual(await ids(`q=${encodeURIComponent(`parent.id=${made[0].id}`)}`), [2]);
    assert.deepEqual(await ids(`q=${encodeURIComponent(`user.uuid="${made[1].user.uuid}"`)}`), [1]);
    assert.deepEqual(await ids("pagelen=1&page=2"), [1]);
    assert.equal((await call("GET", `${path}/comments?pagelen=101`)).status, 400);
    assert.equal((await call("GET", `${path}/comments?q=nothing=1`)).status, 400);
  });

  test("of a repository that is not seen is not there", async () => {
    const path = await open({ "new.txt": TEN });
    assert.equal((await call("GET", `${path}/comments`, undefined, "stranger")).status, 404);
    assert.equal((await call("POST", `${path}/comments`, { content: { raw: "x" } }, "stranger")).status, 404);
  });
});
