import assert from "node:assert/strict";
import { test } from "node:test";
import { cloneOf, commitFiles, createHostedRepository, initClone } from "../support/git/hosted-repository.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { startPailForFile } from "../support/server/pail-server.ts";

const pail = await startPailForFile();
const git = openRealGit();

/** Branches, merges, tags of every kind, a submodule entry, a symbolic link, an executable and odd names. */
async function makeVariedHistory(folder: string): Promise<void> {
  await commitFiles(git, folder, { "README.md": "# Varied\n", "bin/run": "#!/bin/sh\n" }, "Start");
  await git.out(["update-index", "--chmod=+x", "bin/run"], { folder });
  const link = await git.out(["hash-object", "-w", "--stdin"], { folder, input: "README.md" });
  await git.out(["update-index", "--add", "--cacheinfo", `120000,${link},link`], { folder });
  await git.out(["update-index", "--add", "--cacheinfo", `160000,${"cd".repeat(20)},vendor`], { folder });
  await git.out(["commit", "--quiet", "-m", "Modes"], { folder });
  await git.out(["reset", "--quiet", "--hard"], { folder });
  for (const name of ["one", "two", "größe"]) {
    await git.out(["switch", "--quiet", "--create", name, "main"], { folder });
    await commitFiles(git, folder, { [`${name}/datei.txt`]: `${name}\n` }, `Branch ${name}`);
  }
  await git.out(["switch", "--quiet", "main"], { folder });
  await git.out(["merge", "--quiet", "--no-ff", "-m", "Octopus", "one", "two"], { folder });
  await git.out(["tag", "light"], { folder });
  await git.out(["tag", "-a", "-m", "annotated", "annotated"], { folder });
  await git.out(["tag", "-a", "-m", "nested", "nested", "annotated"], { folder });
  await git.out(["tag", "tree", "HEAD^{tree}"], { folder });
}

async function objectsOf(folder: string): Promise<string> {
  const text = await git.out(["rev-list", "--all", "--objects", "--no-object-names"], { folder });
  return text.split("\n").sort().join("\n");
}

test("origin and two clones hold the same objects, and git finds no fault in them", async () => {
  const repository = await createHostedRepository(pail);
  const origin = await initClone(git, repository);
  await makeVariedHistory(origin);
  await git.out(["push", "--quiet", "--mirror", repository.url], { folder: origin });
  const first = await cloneOf(git, repository.url, ["--mirror"]);
  const second = await cloneOf(git, repository.url, ["--mirror"]);
  for (const folder of [first, second]) await git.out(["fsck", "--strict"], { folder });
  const expected = await objectsOf(origin);
  assert.equal(await objectsOf(first), expected);
  assert.equal(await objectsOf(second), expected);
  const refs = ["for-each-ref", "--format=%(objectname) %(refname)", "refs/heads", "refs/tags"];
  assert.equal(await git.out(refs, { folder: first }), await git.out(refs, { folder: origin }));
});

test("a clone of a clone pushed elsewhere is the same again", async () => {
  const source = await createHostedRepository(pail);
  const origin = await initClone(git, source);
  await makeVariedHistory(origin);
  await git.out(["push", "--quiet", "--mirror", source.url], { folder: origin });
  const mirror = await cloneOf(git, source.url, ["--mirror"]);
  const target = await createHostedRepository(pail);
  await git.out(["push", "--quiet", "--mirror", target.url], { folder: mirror });
  const again = await cloneOf(git, target.url, ["--mirror"]);
  await git.out(["fsck", "--strict"], { folder: again });
  assert.equal(await objectsOf(again), await objectsOf(origin));
});
