// Commits whose authors, committers and dates are not as git writes them. Pushes take them, since old histories have them, so
// every route that shows a commit answers with them, and all routes tell the same date.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { basic } from "../support/clients/http-request.ts";
import { openWebhookReceiver } from "../support/remote-servers/webhook-receiver.ts";
import { startFilledApp } from "../support/server/filled-app.ts";

const receiver = await openWebhookReceiver();
const { app, git, folder, commit, rest } = await startFilledApp(
  { mayReachPrivateAddresses: true },
  { lookMs: 50 },
);

const EPOCH = "1970-01-01T00:00:00+00:00";
const LAST = "9999-12-31T23:59:59+00:00";
const PLAIN = "A <a@x> 1000000000 +0000";
const PLAIN_DATE = "2001-09-09T01:46:40+00:00";

/** What stands behind `author`, what behind `committer` if it is another, and the date that is told. */
const ODD_COMMITS: Readonly<
  Record<string, { author?: string | Buffer; committer?: string | Buffer; date: string }>
> = {
  plain: { author: PLAIN, date: PLAIN_DATE },
  "before-1970": { author: "A <a@x> -86400 +0000", date: EPOCH },
  zero: { author: "A <a@x> 0 +0000", date: EPOCH },
  "after-2038": { author: "A <a@x> 4294967296 +0000", date: "2106-02-07T06:28:16+00:00" },
  "beyond-34-bits": { author: "A <a@x> 17179869184 +0000", date: "2514-05-30T01:53:04+00:00" },
  "last-second": { author: "A <a@x> 253402300799 +0000", date: LAST },
  "year-10000": { author: "A <a@x> 253402300800 +0000", date: LAST },
  "digits-16": { author: "A <a@x> 9223372036854775 +0000", date: LAST },
  "int64-max": { author: "A <a@x> 9223372036854775807 +0000", date: LAST },
  "digits-23": { author: "A <a@x> 99999999999999999999999 +0000", date: LAST },
  "digits-400": { author: `A <a@x> ${"9".repeat(400)} +0000`, date: LAST },
  "leading-zeros": { author: "A <a@x> 0001000000000 +0000", date: PLAIN_DATE },
  "no-date": { author: "A <a@x>", date: EPOCH },
  "word-date": { author: "A <a@x> abc +0000", date: EPOCH },
  "fraction-date": { author: "A <a@x> 1000000000.5 +0000", date: PLAIN_DATE },
  "plus-date": { author: "A <a@x> +1000000000 +0000", date: EPOCH },
  "no-zone": { author: "A <a@x> 1000000000", date: PLAIN_DATE },
  "word-zone": { author: "A <a@x> 1000000000 UTC", date: PLAIN_DATE },
  "minus-zero-zone": { author: "A <a@x> 1000000000 -0000", date: PLAIN_DATE },
  "zone-99": { author: "A <a@x> 1000000000 +9999", date: PLAIN_DATE },
  "long-zone": { author: "A <a@x> 1000000000 +99999999999999999999", date: PLAIN_DATE },
  "short-zone": { author: "A <a@x> 1000000000 +1", date: PLAIN_DATE },
  "no-brackets": { author: "A a@x 1000000000 +0000", date: PLAIN_DATE },
  "no-closing": { author: "A <a@x 1000000000 +0000", date: PLAIN_DATE },
  "no-opening": { author: "A a@x> 1000000000 +0000", date: PLAIN_DATE },
  "two-closing": { author: "A <a@x>> 1000000000 +0000", date: PLAIN_DATE },
  "no-space": { author: "A <a@x>1000000000 +0000", date: PLAIN_DATE },
  "empty-name": { author: " <a@x> 1000000000 +0000", date: PLAIN_DATE },
  "empty-address": { author: "A <> 1000000000 +0000", date: PLAIN_DATE },
  "empty-both": { author: " <> 1000000000 +0000", date: PLAIN_DATE },
  "empty-line": { author: "", date: EPOCH },
  "not-utf8": { author: Buffer.from("Andr\xe9 <a@x> 1000000000 +0000", "latin1"), date: PLAIN_DATE },
  "odd-committer": { author: PLAIN, committer: "C <c@x> 99999999999999999999999 +0000", date: PLAIN_DATE },
  "no-committer-date": { author: PLAIN, committer: "C <c@x>", date: PLAIN_DATE },
  "no-committer": { author: PLAIN, committer: Buffer.alloc(0), date: PLAIN_DATE },
};

const blob = await git.out(["hash-object", "-w", "--stdin"], { folder, input: "content\n" });
const tree = await git.out(["mktree"], { folder, input: `100644 blob ${blob}\ta\n` });
const base = await commit({ b: "b\n" }, "Base");
await git.out(["push", "--quiet", "origin", "HEAD:refs/heads/main"], { folder });

async function write(type: "commit" | "tag", lines: readonly (string | Buffer)[]): Promise<string> {
  const input = Buffer.concat(lines.flatMap((line) => [Buffer.from(line), Buffer.from("\n")]));
  return git.out(["hash-object", "-t", type, "-w", "--stdin", "--literally"], { folder, input });
}

const person = (header: string, text: string | Buffer) =>
  Buffer.concat([Buffer.from(`${header} `), Buffer.from(text)]);

const ids: Record<string, string> = {};
const refs: string[] = [];
for (const [name, { author = PLAIN, committer = author }] of Object.entries(ODD_COMMITS)) {
  const lines = [`tree ${tree}`, `parent ${base}`, person("author", author)];
  const id = await write("commit", [...lines, person("committer", committer), "", name]);
  const tagLines = [`object ${id}`, "type commit", `tag t-${name}`, person("tagger", author)];
  ids[name] = id;
  refs.push(`${id}:refs/heads/${name}`, `${await write("tag", [...tagLines, "", name])}:refs/tags/t-${name}`);
}

await rest("POST", "/hooks", { url: receiver.url("/odd"), events: ["repo:push"] });
const taken = new Set<string>();
for (let start = 0; start < refs.length; start += 2) {
  const [branch, tag] = refs.slice(start, start + 2);
  const name = branch!.split("/").at(-1)!;
  if ((await git.run(["push", "--quiet", "origin", branch!], { folder })).status === 0) taken.add(name);
  if ((await git.run(["push", "--quiet", "origin", tag!], { folder })).status === 0) taken.add(`t-${name}`);
}
const takenNames = Object.keys(ODD_COMMITS).filter((name) => taken.has(name));
const enc = encodeURIComponent;

test("pushes take what old histories have", () => {
  const refused = Object.keys(ODD_COMMITS).filter((name) => !taken.has(name));
  assert.deepEqual(refused, []);
});

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into as clients do.
async function ok(path: string): Promise<any> {
  const answer = await rest("GET", path);
  assert.equal(answer.status, 200, `${path}: ${answer.text}`);
  return answer.json ?? answer.text;
}

for (const name of takenNames) {
  const id = ids[name]!;
  const { date } = ODD_COMMITS[name]!;
  test(`${name}: each route shows the commit, all with the same date`, async () => {
    const dates: Record<string, string> = {};
    dates.commit = (await ok(`/commit/${name}?fields=%2Bcommitter`)).date;
    dates.commits = (await ok(`/commits/${name}?fields=%2Bvalues.committer`)).values[0].date;
    dates.commitsOfPath = (await ok(`/commits/${name}?path=a`)).values[0].date;
    dates.branch = (await ok(`/refs/branches/${name}`)).target.date;
    dates.branches = (
      await ok(`/refs/branches?q=${enc(`name="${name}"`)}&sort=target.date`)
    ).values[0].target.date;
    dates.mergeBase = (await ok(`/merge-base/${name}..${id}`)).date;
    dates.listed = (await ok(`/src/${name}/?format=meta`)).commit.date ?? date;
    for (const query of [
      "",
      "?renames=false",
      "?sort=commit.date",
      "?sort=-commit.date",
      "?q=commit.date>=1970-01-01",
    ]) {
      const { values } = await ok(`/filehistory/${name}/a${query.replace(">", "%3E")}`);
      assert.equal(values.length, 1, query);
      dates[`filehistory${query}`] = values[0].commit.date;
    }
    assert.deepEqual(dates, Object.fromEntries(Object.keys(dates).map((route) => [route, date])));
    const isLater = date > "2005-01-01";
    const later = await ok(`/filehistory/${name}/a?q=${enc("commit.date > 2005-01-01")}`);
    assert.equal(later.values.length, isLater ? 1 : 0);
    for (const path of [`/diff/${name}`, `/patch/${name}`, `/diffstat/${name}`, `/commit/${name}/statuses`])
      await ok(path);
  });

  if (taken.has(`t-${name}`)) {
    test(`${name}: a tag of such a tagger is shown`, async () => {
      const { date: tagged, target } = await ok(`/refs/tags/t-${name}`);
      assert.deepEqual([tagged, target.date], [date, date]);
      assert.equal((await ok(`/refs/tags?q=${enc(`name="t-${name}"`)}&sort=-target.date`)).values.length, 1);
    });
  }

  test(`${name}: an archive can be made of it in each format`, async () => {
    const authorization = basic("owner@example.com", await app.token());
    for (const format of ["tar.gz", "tar.bz2", "zip"]) {
      const answer = await fetch(`${app.url}/acme/demo/get/${name}.${format}`, {
        headers: { authorization },
      });
      assert.equal(answer.status, 200, format);
      const bytes = Buffer.from(await answer.arrayBuffer());
      if (format === "zip") {
        // With the end of its directory, so git has not given up on the way.
        assert.ok(bytes.includes("/a") && bytes.includes("PK\u0005\u0006"));
        continue;
      }
      const flag = format === "tar.gz" ? "-tzf" : "-tjf";
      assert.match(execFileSync("tar", [flag, "-"], { input: bytes, encoding: "utf8" }), /\/a$/m);
    }
  });
}

test("webhooks tell of each of them", async () => {
  const deliveries = await receiver.take("/odd", taken.size);
  const told = new Map<string, string>();
  for (const { json } of deliveries) {
    const { new: changed } = json.push.changes[0];
    told.set(changed.name, changed.target.date);
  }
  for (const name of takenNames) assert.equal(told.get(name), ODD_COMMITS[name]!.date, name);
});

test("lists over all of them: histories, branches by date, tags", async () => {
  const branches = await ok("/refs/branches?sort=target.date&pagelen=100");
  const dates = branches.values.map((branch: { target: { date: string } }) => branch.target.date);
  assert.deepEqual(dates, dates.toSorted());
  assert.equal((await ok("/refs?sort=-target.date&pagelen=100")).values.length, taken.size + 1);
  await ok("/commits?pagelen=100");
});

test("a pull request of all of them is rebased and merged, and keeps their authors to the byte", async () => {
  await git.out(["checkout", "--quiet", "--force", "--detach", base], { folder });
  const destination = await commit({ c: "c\n" }, "Destination");
  let tip = base;
  for (const name of takenNames) {
    const { author = PLAIN, committer = author } = ODD_COMMITS[name]!;
    const lines = [`tree ${tree}`, `parent ${tip}`, person("author", author), person("committer", committer)];
    tip = await write("commit", [...lines, "", name]);
  }
  const refs = [`${tip}:refs/heads/all-odd`, `${destination}:refs/heads/into-odd`];
  await git.out(["push", "--quiet", "origin", ...refs], { folder });
  const made = await rest("POST", "/pullrequests", {
    title: "Odd",
    source: { branch: { name: "all-odd" } },
    destination: { branch: { name: "into-odd" } },
  });
  assert.equal(made.status, 201, made.text);
  const commits = await ok(`/pullrequests/${made.json.id}/commits?pagelen=100`);
  assert.equal(commits.values.length, takenNames.length);
  const merged = await rest("POST", `/pullrequests/${made.json.id}/merge`, {
    merge_strategy: "rebase_merge",
  });
  assert.equal(merged.status, 200, merged.text);
  await git.out(["fetch", "--quiet", "origin", "into-odd"], { folder });
  const listed = await git.out(["rev-list", "--reverse", `${destination}..FETCH_HEAD^2`], { folder });
  const rebased = listed.split("\n");
  assert.equal(rebased.length, takenNames.length);
  const headers = async (id: string) => {
    const content = await git.bytes(["cat-file", "commit", id], { folder });
    return content.subarray(content.indexOf("\nauthor "), content.indexOf("\ncommitter ")).toString("latin1");
  };
  for (const [index, name] of takenNames.entries())
    assert.equal(await headers(rebased[index]!), await headers(ids[name]!), name);
  await ok(`/pullrequests/${made.json.id}`);
  await ok("/commits/into-odd?pagelen=100");
});
