// What clients and Bitbucket's reference say about creating, changing and finding pull requests, case by case. Reviews,
// comments, tasks and merges are tested beside their routes.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createAccount, disableAccount } from "../../src/operations/accounts/accounts.ts";
import { setMember } from "../../src/operations/workspaces/workspaces.ts";
import { startFilledApp } from "../support/server/filled-app.ts";

const filled = await startFilledApp();
const { app, git, folder, rest } = filled;
await filled.commit({ "a.txt": "one\n" }, "One");
await git.out(["branch", "-M", "main"], { folder });
await git.out(["push", "--quiet", "origin", "main"], { folder });
let branches = 0;

/** A pushed branch with one commit that `from` does not have. */
async function pushBranch(from = "main"): Promise<{ readonly name: string; readonly tip: string }> {
  branches += 1;
  const name = `topic/${branches}`;
  await git.out(["checkout", "--quiet", "-B", name, from], { folder });
  const tip = await filled.commit({ [`${branches}.txt`]: "x\n" }, `Work ${branches}`);
  await git.out(["push", "--quiet", "origin", name], { folder });
  return { name, tip };
}

const fromBranch = (name: string) => ({ source: { branch: { name } } });

async function create(body: object = {}) {
  const { name, tip } = await pushBranch();
  const answer = await rest("POST", "/pullrequests", { title: name, ...fromBranch(name), ...body });
  assert.equal(answer.status, 201, answer.text);
  return { ...answer, name, tip, path: `/pullrequests/${answer.json.id}` };
}

const member = async (username: string, permission: "none" | "read" | "write") => {
  const account = await createAccount(app.ports, app.by, { email: `${username}@example.com`, username });
  await setMember(app.ports, app.by, app.workspace, account, "member", permission);
  return { ...account, braced: `{${account.uuid}}` };
};
const reviewer = await member("reviewer", "read");
const second = await member("second", "write");

type Values = { readonly values: readonly { readonly id: number }[] };

async function list(query: string): Promise<readonly number[]> {
  const answer = await rest("GET", `/pullrequests?${query}`);
  assert.equal(answer.status, 200, `${query}: ${answer.text}`);
  return (answer.json as Values).values.map(({ id }) => id);
}

const find = (q: string, more = "") => list(`pagelen=50${more}&q=${encodeURIComponent(q)}`);

describe("a whole pull request", () => {
  // Recorded from 2024 to 2026. More keys may come.
  const KEYS =
    "type id title description summary rendered state draft queued author closed_by reason merge_commit close_source_branch comment_count task_count created_on updated_on source destination reviewers participants links";
  const LINKS =
    "self html commits approve request-changes diff diffstat comments activity merge decline statuses";

  test("has the recorded keys, and a list leaves out the same", async () => {
    const { json, path, name, tip, headers } = await create({ description: "*a*" });
    const missing = KEYS.split(" ").filter((key) => !(key in json));
    assert.deepEqual(missing, []);
    assert.equal(headers.get("location"), json.links.self.href);
    const url = `${app.url}/2.0/repositories/acme/demo${path}`;
    assert.equal(json.links.self.href, url);
    assert.equal(json.links.html.href, `${app.url}/acme/demo/pull-requests/${json.id}`);
    assert.deepEqual(
      LINKS.split(" ").filter((key) => typeof json.links[key]?.href !== "string"),
      [],
    );
    for (const key of "commits approve request-changes comments activity merge decline statuses".split(" "))
      assert.equal(json.links[key].href, `${url}/${key}`);
    assert.deepEqual(
      [json.summary.raw, json.summary.markup, json.summary.type],
      ["*a*", "markdown", "rendered"],
    );
    assert.match(json.rendered.description.html, /<em>a<\/em>/);
    assert.equal(json.rendered.title.raw, name);
    assert.deepEqual(Object.keys(json.source).toSorted(), ["branch", "commit", "repository"]);
    assert.equal(json.source.commit.hash, tip.slice(0, 12));
    assert.match(json.created_on, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00$/);
    const page = (await rest("GET", "/pullrequests")).json;
    assert.deepEqual(
      Object.keys(json)
        .filter((key) => !(key in page.values[0]))
        .toSorted(),
      ["participants", "rendered", "reviewers"],
    );
  });

  test("says how its destination is merged only when it is asked", async () => {
    const { json, path } = await create();
    assert.equal("merge_strategies" in json.destination.branch, false);
    const more = "fields=%2Bdestination.branch.merge_strategies,%2Bdestination.branch.default_merge_strategy";
    const { branch } = (await rest("GET", `${path}?${more}`)).json.destination;
    assert.ok(branch.merge_strategies.includes("merge_commit"));
    assert.ok(branch.merge_strategies.includes(branch.default_merge_strategy));
    const all = (await rest("GET", `${path}?fields=destination.branch.*`)).json;
    assert.deepEqual(all, { destination: { branch } });
    const [first] = (await rest("GET", "/pullrequests?fields=values.destination.branch.merge_strategies"))
      .json.values;
    assert.deepEqual(first, { destination: { branch: { merge_strategies: branch.merge_strategies } } });
  });
});

describe("is created", () => {
  test("with reviewers by uuid and by account_id, who are participants too", async () => {
    const reviewers = [{ uuid: reviewer.braced }, { account_id: second.accountId }];
    const { json } = await create({ reviewers });
    assert.deepEqual(
      new Set(json.reviewers.map((each: { uuid: string }) => each.uuid)),
      new Set([reviewer.braced, second.braced]),
    );
    for (const { type, role, approved, state, participated_on } of json.participants)
      assert.deepEqual(
        { type, role, approved, state, participated_on },
        { type: "participant", role: "REVIEWER", approved: false, state: null, participated_on: null },
      );
    assert.equal(json.participants.length, 2);
  });

  for (const [why, body, expected] of [
    [
      "summary.raw in place of a description",
      { summary: { raw: "By summary" } },
      { description: "By summary" },
    ],
    ["both: the description wins", { summary: { raw: "No" }, description: "Yes" }, { description: "Yes" }],
    ["carriage returns, which are kept", { description: "one\r\ntwo" }, { description: "one\r\ntwo" }],
    [
      "characters of four bytes",
      { title: "🪣 𝒯𝒾𝓉𝓁𝑒", description: "🪣" },
      { title: "🪣 𝒯𝒾𝓉𝓁𝑒", description: "🪣" },
    ],
    [
      "a state and a type, which are ignored",
      { state: "MERGED", type: "x", id: 99 },
      { state: "OPEN", type: "pullrequest" },
    ],
    ["nobody to review", { reviewers: [] }, { reviewers: [] }],
    ["as a draft", { draft: true }, { draft: true, state: "OPEN" }],
    ["a source that is to be closed", { close_source_branch: true }, { close_source_branch: true }],
  ] as const)
    test(`with ${why}`, async () => {
      const { json } = await create(body);
      for (const [key, value] of Object.entries(expected)) assert.deepEqual(json[key], value, key);
    });

  for (const repository of [{ full_name: "acme/demo" }, { uuid: `{${app.repository.uuid}}` }])
    test(`with the repository itself as its source, by ${Object.keys(repository)}`, async () => {
      const { name } = await pushBranch();
      const body = { title: "T", source: { branch: { name }, repository }, destination: { repository } };
      const answer = await rest("POST", "/pullrequests", body);
      assert.equal(answer.status, 201, answer.text);
      assert.equal(answer.json.source.repository.full_name, "acme/demo");
    });

  test("again, from a branch whose pull request was declined, as another one", async () => {
    const { path, name, json } = await create();
    await rest("POST", `${path}/decline`);
    const again = await rest("POST", "/pullrequests", { title: "Again", ...fromBranch(name) });
    assert.equal(again.status, 201);
    assert.ok(again.json.id > json.id);
  });
});

describe("is refused", () => {
  test("with everybody who cannot review, each by what is wrong with them", async () => {
    const { name } = await pushBranch();
    const outsider = await createAccount(app.ports, app.by, { email: "o@example.com", username: "outsider" });
    const blind = await member("blind", "none");
    const refused = async (reviewers: readonly object[]) => {
      const answer = await rest("POST", "/pullrequests", { title: "No", ...fromBranch(name), reviewers });
      assert.equal(answer.status, 400, answer.text);
      return answer.json.error.fields.reviewers;
    };
    const problems = [
      `${app.owner.displayName} is the author and cannot be included as a reviewer.`,
      `${outsider.displayName} is not a member of this workspace and cannot be added to this pull request`,
      `${blind.displayName} does not have access to view this pull request`,
    ];
    const wrong = [app.owner, outsider, blind].map(({ uuid }) => ({ uuid: `{${uuid}}` }));
    for (const [index, one] of wrong.entries()) assert.deepEqual(await refused([one]), [problems[index]]);
    assert.deepEqual(new Set(await refused(wrong)), new Set(problems));
    const gone = await member("gone", "read");
    await disableAccount(app.ports, app.by, gone);
    for (const one of [
      { uuid: gone.braced },
      { uuid: "{00000000-0000-4000-8000-000000000000}" },
      { uuid: "no uuid" },
      { username: "reviewer" },
      {},
    ])
      assert.deepEqual(await refused([one]), ["Malformed reviewers list"], JSON.stringify(one));
  });

  for (const [why, body, field] of [
    ["no title", { title: undefined }, "title"],
    ["an empty title", { title: "" }, "title"],
    ["no source", { source: undefined }, "source"],
    ["a source without a branch", { source: {} }, "source.branch"],
    ["a title that is no text", { title: 1 }, "title"],
  ] as const)
    test(`with ${why}, whose field is named`, async () => {
      const { name } = await pushBranch();
      const answer = await rest("POST", "/pullrequests", { title: "T", ...fromBranch(name), ...body });
      assert.equal(answer.status, 400, answer.text);
      assert.ok(
        Object.keys(answer.json.error.fields).some((each) => each.startsWith(field.split(".")[0]!)),
        answer.text,
      );
    });

  test("from a tag and from a hash, which are no branches", async () => {
    const { tip } = await pushBranch();
    await git.out(["tag", "v1", tip], { folder });
    await git.out(["push", "--quiet", "origin", "v1"], { folder });
    for (const name of ["v1", tip, tip.slice(0, 12), "refs/heads/main"]) {
      const answer = await rest("POST", "/pullrequests", { title: "No", ...fromBranch(name) });
      assert.equal(answer.status, 400, name);
      assert.deepEqual(answer.json.error.fields, { source: [`branch not found: ${name}`] });
    }
  });
});

describe("an update", () => {
  test("leaves what it does not name", async () => {
    const kept = { description: "D", draft: true, close_source_branch: true };
    const { path } = await create(kept);
    const { status, json } = await rest("PUT", path, { title: "New" });
    assert.equal(status, 200);
    const { title, description, draft, close_source_branch } = json;
    assert.deepEqual({ title, description, draft, close_source_branch }, { title: "New", ...kept });
  });

  test("replaces and clears reviewers", async () => {
    const { path } = await create({ reviewers: [{ uuid: reviewer.braced }] });
    const replaced = await rest("PUT", path, { reviewers: [{ uuid: second.braced }] });
    assert.deepEqual(
      replaced.json.reviewers.map((each: { uuid: string }) => each.uuid),
      [second.braced],
    );
    // Clients send back what they have read, with all its keys.
    const same = await rest("PUT", path, { reviewers: replaced.json.reviewers });
    assert.deepEqual(same.json.reviewers, replaced.json.reviewers);
    assert.deepEqual((await rest("PUT", path, { reviewers: [] })).json.reviewers, []);
  });

  test("gives it another destination, which has to be there", async () => {
    const { path, json } = await create();
    await git.out(["push", "--quiet", "origin", "main:refs/heads/release"], { folder });
    const moved = await rest("PUT", path, { destination: { branch: { name: "release" } } });
    assert.deepEqual(
      [moved.status, moved.json.destination.branch.name, moved.json.id],
      [200, "release", json.id],
    );
    const missing = await rest("PUT", path, { destination: { branch: { name: "nowhere" } } });
    assert.equal(missing.status, 400);
    assert.deepEqual(missing.json.error.fields, { destination: ["branch not found: nowhere"] });
  });

  test("and its time: edits and pushes move updated_on, reading does not", async () => {
    const { path, name } = await create();
    const updated = async () => (await rest("GET", path)).json.updated_on as string;
    const first = await updated();
    assert.equal(await updated(), first);
    await rest("PUT", path, { title: "Later" });
    const edited = await updated();
    assert.ok(edited > first);
    await git.out(["checkout", "--quiet", name], { folder });
    await filled.commit({ "more.txt": "x\n" }, "More");
    await git.out(["push", "--quiet", "origin", name], { folder });
    assert.ok((await updated()) > edited);
  });
});

describe("a request without a body, or with one that says nothing new, is understood", () => {
  const send = async (path: string, body: string | undefined) => {
    const token = await app.token();
    const authorization = `Basic ${Buffer.from(`owner@example.com:${token}`).toString("base64")}`;
    const headers = { authorization, "content-type": "application/json" };
    const url = `${app.url}/2.0/repositories/acme/demo${path}`;
    const answer = await fetch(url, { method: "POST", headers, ...(body === undefined ? {} : { body }) });
    return answer.status;
  };

  for (const [operation, body] of [
    ["approve", undefined],
    ["approve", '{"approved":true}'],
    ["request-changes", ""],
    ["request-changes", '{"request-changes":true}'],
    ["decline", ""],
    ["decline", '{"id":1}'],
    ["merge", ""],
    ["merge", '{"type":"","merge_strategy":null,"message":null,"close_source_branch":null}'],
  ] as const)
    test(`${operation} with ${body === undefined ? "none" : body === "" ? "an empty one" : body}`, async () => {
      const { path } = await create();
      assert.equal(await send(`${path}/${operation}`, body), 200);
    });
});

describe("the destination moves", () => {
  test("its commit is that of the branch while it is open, and stays when it is closed", async () => {
    const destination = await pushBranch();
    const into = { destination: { branch: { name: destination.name } } };
    const open = await create(into);
    const closed = await create(into);
    await rest("POST", `${closed.path}/decline`);
    await git.out(["checkout", "--quiet", destination.name], { folder });
    const tip = await filled.commit({ "moved.txt": "x\n" }, "Moved");
    await git.out(["push", "--quiet", "origin", destination.name], { folder });
    const hash = async (path: string) => (await rest("GET", path)).json.destination.commit.hash;
    assert.equal(await hash(open.path), tip.slice(0, 12));
    assert.equal(await hash(closed.path), destination.tip.slice(0, 12));
  });

  test("and merges what it brings: another pull request, and its branch, which that one contains", async () => {
    const inner = await create();
    const outer = await pushBranch(inner.name);
    const made = await rest("POST", "/pullrequests", { title: "Outer", ...fromBranch(outer.name) });
    const untouched = await create();
    const merged = await rest("POST", `/pullrequests/${made.json.id}/merge`, {});
    assert.equal(merged.json.state, "MERGED", merged.text);
    assert.equal(merged.json.merge_commit.hash.length, 40);
    const read = (await rest("GET", inner.path)).json;
    assert.equal(read.state, "MERGED");
    assert.equal(read.closed_by.uuid, `{${app.owner.uuid}}`);
    assert.equal((await rest("GET", untouched.path)).json.state, "OPEN");
    const { json } = await rest("GET", `/pullrequests/${made.json.id}`);
    assert.equal(json.merge_commit.hash, merged.json.merge_commit.hash.slice(0, 12));
    await git.out(["fetch", "--quiet", "origin"], { folder });
    await git.out(["branch", "--force", "main", "origin/main"], { folder });
  });
});

describe("a list", () => {
  test("is filtered by every field that clients filter by", async () => {
    const { json, name, path } = await create({
      title: 'say "hi"',
      description: "Find me",
      draft: true,
      close_source_branch: true,
      reviewers: [{ uuid: reviewer.braced }],
    });
    await rest("POST", `${path}/comments`, { content: { raw: "x" } });
    await rest("POST", `${path}/tasks`, { content: { raw: "x" } });
    const { id } = json;
    const { author } = json;
    for (const condition of [
      'state = "OPEN"',
      `id = ${id}`,
      'title ~ "say \\"hi\\""',
      'description ~ "find"',
      "draft = true",
      `author.uuid = "${author.uuid}"`,
      `author.nickname = "${author.nickname}"`,
      `author.account_id = "${author.account_id}"`,
      `author.display_name = "${author.display_name}"`,
      `reviewers.uuid = "${reviewer.braced}"`,
      `reviewers.nickname = "${reviewer.nickname}"`,
      `reviewers.account_id = "${reviewer.accountId}"`,
      `source.branch.name = "${name}"`,
      'source.branch.name ~ "topic/"',
      'source.repository.full_name = "acme/demo"',
      'destination.branch.name = "main"',
      'destination.repository.full_name = "acme/demo"',
      "comment_count > 0",
      "task_count = 1",
      "created_on > 2020-01-01",
      "updated_on > 2020-01-01T00:00:00+00:00",
      "close_source_branch = true",
    ]) {
      assert.ok((await find(condition)).includes(id), condition);
      assert.ok((await find(`${condition} AND id = ${id}`)).length === 1, condition);
      assert.deepEqual(await find(`${condition} AND id != ${id} AND id = ${id}`), [], condition);
    }
    for (const condition of [
      'state = "MERGED"',
      "draft = false",
      "comment_count > 1",
      'author.nickname = "x"',
    ])
      assert.deepEqual(await find(`${condition} AND id = ${id}`), [], condition);
  });

  test("finds closed ones by who closed them, and by the merge", async () => {
    const { path, json } = await create();
    const merged = (await rest("POST", `${path}/merge`)).json;
    const by = `closed_by.uuid = "${merged.closed_by.uuid}" AND merge_commit.hash = "${merged.merge_commit.hash}"`;
    assert.deepEqual(await find(by), [json.id]);
  });

  test("takes what clients send, word for word", async () => {
    for (const query of [
      'q=source.repository.full_name = "acme/demo" AND state = "OPEN" AND destination.branch.name = "main" AND comment_count > 0 AND source.branch.name ~ "topic/"',
      `state=OPEN&state=MERGED&state=DECLINED&state=SUPERSEDED&q=author.uuid = "{${app.owner.uuid}}"&pagelen=50&fields=values.id,values.title`,
      'q=author.nickname="owner"',
      `sort=-updated_on&q=state = "OPEN" AND reviewers.uuid = "${reviewer.braced}"`,
      // Renovate has the state in lower case beside a filter.
      'q=source.branch.name="topic/1"&state=open',
    ])
      await list(query.replaceAll(/[ "{}]/g, encodeURIComponent));
  });

  test("is sorted by what it is asked for, and by the last change if by nothing", async () => {
    const ids = await list("pagelen=50&sort=id");
    assert.deepEqual(
      ids,
      ids.toSorted((one, other) => one - other),
    );
    assert.deepEqual(await list("pagelen=50&sort=-id"), ids.toReversed());
    const changed = ids[3]!;
    await rest("PUT", `/pullrequests/${changed}`, { description: "changed" });
    assert.equal((await list(""))[0], changed);
    for (const sort of ["-updated_on", "created_on", "-created_on", "title"])
      assert.deepEqual(new Set(await list(`pagelen=50&sort=${sort}`)), new Set(ids), sort);
  });

  test("is not filtered by participants or by what does not exist, and has pages of 50 at most", async () => {
    for (const field of ["participants.user.uuid", "participants.role", "nonsense"]) {
      const answer = await rest("GET", `/pullrequests?q=${encodeURIComponent(`${field} = "x"`)}`);
      assert.equal(answer.status, 400, field);
      assert.match(answer.json.error.message, /does not support filtering/);
    }
    const long = await rest("GET", "/pullrequests?pagelen=51");
    assert.deepEqual([long.status, long.json.error.message], [400, "Invalid pagelen"]);
    assert.equal((await rest("GET", "/pullrequests?pagelen=50")).json.pagelen, 50);
    assert.equal((await rest("GET", "/pullrequests")).json.pagelen, 10);
  });
});
