// Pull requests of branches with odd names, and of histories and files that few have: every link of them opens, and a merge
// makes what plain git makes, or is refused where plain git stops.

import assert from "node:assert/strict";
import { chmod, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { startFilledApp } from "../support/server/filled-app.ts";

const { app, git, folder, commit, rest } = await startFilledApp();
const run = (args: readonly string[]) => git.out(args, { folder });
const LINES = Array.from({ length: 30 }, (_, index) => `line ${index}\n`);
await commit(
  { "text.txt": LINES.join(""), "moved.txt": LINES.join("").repeat(2), "crlf.txt": "a\r\nb\r\n" },
  "Base",
);
await run(["branch", "-M", "main"]);
await run(["push", "--quiet", "origin", "main"]);
const base = await run(["rev-parse", "main"]);
let branches = 0;

type Links = Readonly<Record<string, { readonly href: string }>>;

/** What is shown of a pull request; what it leads to as well, since `fetch` follows. */
async function openAll(path: string, links: Links): Promise<void> {
  const own = Object.entries(links).filter(
    ([name]) => !/^(html|approve|request-changes|merge|decline)$/.test(name),
  );
  const hrefs = own.map(([, { href }]) => href);
  const more = ["diff", "diffstat", "patch", "conflicts", "tasks"].map(
    (name) => `${app.url}/2.0/repositories/acme/demo${path}/${name}`,
  );
  for (const href of [...hrefs, ...more]) {
    const { status, text } = await rest("GET", href);
    assert.equal(status, 200, `${href}: ${text}`);
  }
}

async function create(source: string, destination: string) {
  const answer = await rest("POST", "/pullrequests", {
    title: source,
    source: { branch: { name: source } },
    destination: { branch: { name: destination } },
  });
  assert.equal(answer.status, 201, answer.text);
  const path = `/pullrequests/${answer.json.id}`;
  await openAll(path, answer.json.links);
  for (const { commit: at } of [answer.json.source, answer.json.destination])
    assert.equal((await rest("GET", at.links.self.href)).status, 200, at.links.self.href);
  return { path, json: answer.json };
}

for (const name of [
  "a%b",
  "%2F%2e%2e",
  "a#b",
  "a&b=c;d+e|f",
  "{x}",
  "a.b",
  "-dash",
  "q\"q'q`$HOME",
  "<b>x</b>",
  "café",
  "日本語/\u{1f9a3}",
  "\u202e",
  "a\u00a0b",
  "__proto__",
  "refs/heads/x",
  "HEAD/x",
  "x".repeat(200),
])
  test(`from a branch called ${JSON.stringify(name)}`, async () => {
    branches += 1;
    const destination = `into-${branches}`;
    await run(["checkout", "--quiet", "-B", "odd", base]);
    const tip = await commit({ [`${branches}.txt`]: "x\n" }, "Odd");
    await run([
      "push",
      "--quiet",
      "origin",
      `${tip}:refs/heads/${name}`,
      `${base}:refs/heads/${destination}`,
    ]);
    const { path, json } = await create(name, destination);
    assert.equal(json.source.branch.name, name);
    const found = await rest(
      "GET",
      `/pullrequests?q=${encodeURIComponent(`source.branch.name = "${name.replaceAll('"', '\\"')}"`)}`,
    );
    assert.deepEqual(
      found.json.values.map(({ id }: { id: number }) => id),
      [json.id],
    );
    const merged = await rest("POST", `${path}/merge`, { close_source_branch: true });
    assert.equal(merged.status, 200, merged.text);
    await openAll(path, merged.json.links);
    assert.equal(await run(["ls-remote", "origin", `refs/heads/${name}`]), "");
    await run(["fetch", "--quiet", "origin", destination]);
    const message = await run(["log", "-1", "--format=%B", "FETCH_HEAD"]);
    assert.equal(message.split("\n")[0], `Merged in ${name} (pull request #${json.id})`);
  });

type Change = (on: string) => Promise<unknown>;
const write =
  (files: Readonly<Record<string, string | Uint8Array>>): Change =>
  async () => {
    for (const [path, content] of Object.entries(files)) await writeFile(join(folder, path), content);
  };
const nothing: Change = async () => {};
const linesWith = (line: number, text: string) => LINES.with(line, text).join("");
const MODULE = "160000,1111111111111111111111111111111111111111,module";

for (const [why, ours, theirs] of [
  [
    "a file of text on both sides, far apart",
    write({ "text.txt": linesWith(1, "ours\n") }),
    write({ "text.txt": linesWith(28, "theirs\n") }),
  ],
  [
    "the same line",
    write({ "text.txt": linesWith(5, "ours\n") }),
    write({ "text.txt": linesWith(5, "theirs\n") }),
  ],
  [
    "a rename, and an edit of what was renamed",
    () => run(["mv", "moved.txt", "new.txt"]),
    write({ "moved.txt": `${LINES.join("").repeat(2)}more\n` }),
  ],
  [
    "a deletion, and an edit of what was deleted",
    () => rm(join(folder, "text.txt")),
    write({ "text.txt": linesWith(5, "theirs\n") }),
  ],
  ["line ends, and an edit", write({ "crlf.txt": "a\nb\n" }), write({ "crlf.txt": "a\r\nb\r\nc\r\n" })],
  [
    "a file and a folder of one name",
    write({ new: "file\n" }),
    () => commit({ "new/inner.txt": "x\n" }, "Folder"),
  ],
  [
    "a symbolic link in place of a file",
    nothing,
    async () => {
      await rm(join(folder, "text.txt"));
      await symlink("moved.txt", join(folder, "text.txt"));
    },
  ],
  [
    "a mode, and an edit",
    () => chmod(join(folder, "text.txt"), 0o755),
    write({ "text.txt": linesWith(5, "theirs\n") }),
  ],
  ["a submodule", nothing, () => run(["update-index", "--add", "--cacheinfo", MODULE])],
  [
    "bytes that are no text, on one side",
    nothing,
    write({ "binary.bin": Uint8Array.from({ length: 4096 }, (_, at) => at % 256) }),
  ],
  [
    "bytes that are no text, on both sides",
    write({ "b.bin": Uint8Array.of(0, 1) }),
    write({ "b.bin": Uint8Array.of(0, 2) }),
  ],
  ["an empty commit", nothing, nothing],
] as const)
  test(`with ${why}`, async () => {
    branches += 1;
    const [into, from] = [`into-${branches}`, `from-${branches}`];
    for (const [name, change] of [
      [into, ours],
      [from, theirs],
    ] as const) {
      await run(["checkout", "--quiet", "--force", "-B", name, base]);
      await change(name);
      if (change !== nothing) await run(["add", "--all", "--ignore-removal", "--", "."]);
      await run(["add", "--update"]);
      await run(["commit", "--quiet", "--allow-empty", "-m", `Work on ${name}`]);
    }
    await run(["push", "--quiet", "origin", into, from]);
    const { path } = await create(from, into);
    await run(["checkout", "--quiet", "--force", into]);
    const { status } = await git.run(["merge", "--quiet", "--no-ff", "-m", "m", from], { folder });
    const merged = await rest("POST", `${path}/merge`);
    if (status !== 0) await run(["merge", "--abort"]);
    assert.equal(merged.status, status === 0 ? 200 : 400, merged.text);
    if (status !== 0) {
      assert.equal(merged.json.error.message, "You can't merge until you resolve all merge conflicts.");
      const conflicts = await rest("GET", `${app.url}/2.0/repositories/acme/demo${path}/conflicts`);
      assert.ok(conflicts.json.values.length > 0, conflicts.text);
      return;
    }
    await openAll(path, merged.json.links);
    await run(["fetch", "--quiet", "origin", into]);
    assert.equal(await run(["rev-parse", "FETCH_HEAD^{tree}"]), await run(["rev-parse", "HEAD^{tree}"]));
  });

test("of histories that have nothing in common: there is nothing to compare with, and nothing to merge", async () => {
  await run(["checkout", "--quiet", "--force", "--orphan", "alone"]);
  await commit({ "alone.txt": "x\n" }, "Alone");
  await run(["push", "--quiet", "origin", "alone", `${base}:refs/heads/into-alone`]);
  const body = {
    title: "Alone",
    source: { branch: { name: "alone" } },
    destination: { branch: { name: "into-alone" } },
  };
  const made = await rest("POST", "/pullrequests", body);
  assert.equal(made.status, 201, made.text);
  const { links, id } = made.json;
  for (const name of ["self", "commits", "activity", "statuses", "comments", "mergeability_checks"])
    assert.equal((await rest("GET", links[name].href)).status, 200, name);
  // Recorded of comparisons.
  for (const name of ["diff", "diffstat"]) {
    const { status, json } = await rest("GET", links[name].href);
    assert.deepEqual([status, json.error.message], [400, "No common ancestor"], name);
  }
  assert.equal((await rest("POST", `/pullrequests/${id}/merge`)).status, 400);
  const checks = (await rest("GET", links.mergeability_checks.href)).json.values;
  const check = checks.find(({ type }: { type: string }) => type === "git_mergeability_check");
  assert.deepEqual([check.status, check.blocking], ["FAILED", true]);
});
