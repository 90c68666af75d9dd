import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { before, test } from "node:test";
import { commitFiles } from "../../../tests/support/git/hosted-repository.ts";
import { openRealGit } from "../../../tests/support/git/real-git.ts";
import { waitUntil } from "../../../tests/support/processes/process-table.ts";
import { openPailCommand } from "../../../tests/support/server/pail-command.ts";

const git = openRealGit();
const pail = openPailCommand();
const REPOSITORIES = join(pail.folder, "data", "repositories");

type Listed = {
  readonly uuid: string;
  readonly full_name: string;
  readonly main_branch: string | null;
  readonly is_private: boolean;
};

function importFrom(path: string, ...args: readonly string[]) {
  return pail.run(["repository", "import", path, "--workspace", "acme", ...args]);
}

async function listed(): Promise<readonly Listed[]> {
  return JSON.parse((await pail.run(["repository", "list", "--json"])).stdout) as Listed[];
}

/** The folder that the server keeps the repository in; refs are rows, so only its objects can be asked for. */
async function packsOf(fullName: string): Promise<string> {
  const uuid = (await listed()).find((each) => each.full_name === fullName)?.uuid.slice(1, -1) ?? "none";
  return join(REPOSITORIES, uuid.slice(0, 2), `${uuid}.git`);
}

async function repositoryFolders(): Promise<readonly string[]> {
  const names = await readdir(REPOSITORIES, { recursive: true }).catch(() => []);
  return names.filter((name) => name.endsWith(".git"));
}

/** With merges, tags, notes, names in many scripts, a remote's branch, a stash and a detached HEAD. */
async function createSource(): Promise<string> {
  const folder = join(git.root, "Quelle Ä");
  await git.out(["init", "-q"], { folder });
  await commitFiles(
    git,
    folder,
    { "grüße/日本語.txt": "one\n", "с пробелом": "two\n" },
    "Erster Commit: äöü 🎉",
  );
  await git.out(["checkout", "-q", "-b", "tópico/日本"], { folder });
  await commitFiles(git, folder, { "a.txt": "a\n" }, "On a topic");
  await git.out(["checkout", "-q", "-b", "trunk", "main"], { folder });
  await commitFiles(git, folder, { "b.txt": "b\n" }, "On the trunk");
  await git.out(["merge", "-q", "--no-ff", "-m", "Merge", "tópico/日本"], { folder });
  await git.out(["tag", "plain"], { folder });
  await git.out(["tag", "-a", "-m", "annotated", "v1/ü"], { folder });
  await git.out(["tag", "-a", "-m", "a tag of a tag", "outer", "v1/ü"], { folder });
  await git.out(["notes", "add", "-m", "noted"], { folder });
  await git.out(["update-ref", "refs/remotes/origin/other", "HEAD"], { folder });
  await git.out(["update-ref", "refs/changes/1", "HEAD"], { folder });
  await writeFile(join(folder, "b.txt"), "changed\n");
  await git.out(["stash", "-q"], { folder });
  return folder;
}

before(async () => {
  const account = await pail.run(["account", "create", "--email", "a@example.com", "--username", "a"]);
  assert.equal(account.status, 0, account.stderr);
  assert.equal(
    (await pail.run(["workspace", "create", "--slug", "acme", "--owner", "a@example.com"])).status,
    0,
  );
});

test("takes branches, tags, notes and HEAD of a normal repository, and nothing else", async () => {
  const source = await createSource();
  const { status, stdout, stderr } = await importFrom(source);
  assert.equal(status, 0, stderr);
  assert.equal(stdout, "Imported acme/quelle-a: 3 branches, 3 tags, 1 notes\n");
  assert.equal(stderr, "pail: left out 1 refs that are no branch, tag or note\n");
  const [repository] = await listed();
  assert.equal(repository?.main_branch, "trunk");
  assert.equal(repository?.is_private, true);
  const packs = await packsOf("acme/quelle-a");
  const taken = ["--branches", "--tags", "--glob=refs/notes/*"];
  const objects = await git.out(["rev-list", "--objects", "--no-object-names", ...taken], { folder: source });
  const ours = await git.out(["cat-file", "--batch-all-objects", "--batch-check=%(objectname)"], {
    folder: packs,
  });
  assert.deepEqual(ours.split("\n").sort(), [...new Set(objects.split("\n"))].sort());

  const again = await importFrom(source);
  assert.equal(again.status, 1);
  assert.equal(again.stderr, "pail: Cannot import into acme/quelle-a: the repository is not empty\n");
  assert.equal((await listed()).length, 1, "a repository that was there before is not removed");
});

test("takes a bare repository with a detached HEAD into an empty one that is there, by its .git suffix", async () => {
  const folder = git.newPath("work");
  await git.out(["init", "-q", "-b", "dev"], { folder });
  const id = await commitFiles(git, folder, { "a.txt": "a\n" }, "One");
  await git.out(["branch", "main"], { folder });
  const bare = join(git.root, "bare.git");
  await git.out(["clone", "-q", "--bare", folder, bare]);
  await git.out(["update-ref", "--no-deref", "HEAD", id], { folder: bare });
  await pail.run(["repository", "create", "--workspace", "acme", "--name", "bare", "--public"]);
  const { status, stdout, stderr } = await importFrom(bare);
  assert.equal(status, 0, stderr);
  assert.equal(stdout, "Imported acme/bare: 2 branches, 0 tags, 0 notes\n");
  const repository = (await listed()).find(({ full_name }) => full_name === "acme/bare");
  assert.equal(repository?.main_branch, "main");
  assert.equal(repository?.is_private, false);
});

test("follows the file .git of a worktree to the repository, and takes the worktree's HEAD", async () => {
  const folder = git.newPath("work");
  await git.out(["init", "-q"], { folder });
  await commitFiles(git, folder, { "a.txt": "a\n" }, "One");
  const tree = git.newPath("tree");
  await git.out(["worktree", "add", "-q", "-b", "side", tree], { folder });
  const { status, stderr } = await importFrom(tree, "--name", "from-tree");
  assert.equal(status, 0, stderr);
  assert.equal((await listed()).find(({ full_name }) => full_name === "acme/from-tree")?.main_branch, "side");
});

test("takes a folder by its file:// URL, and the objects that it borrows from another repository", async () => {
  const owner = git.newPath("owner");
  await git.out(["init", "-q"], { folder: owner });
  await commitFiles(git, owner, { "a.txt": "a\n" }, "One");
  const borrower = git.newPath("bor rower");
  await git.out(["clone", "-q", "--shared", owner, borrower]);
  const tip = await commitFiles(git, borrower, { "a.txt": "b\n" }, "Two");
  const url = `file://${borrower.replaceAll(" ", "%20")}`;
  const { status, stderr } = await importFrom(url, "--name", "borrower");
  assert.equal(status, 0, stderr);
  await rm(owner, { recursive: true });
  const folder = await packsOf("acme/borrower");
  assert.equal(existsSync(join(folder, "objects", "info", "alternates")), false);
  assert.equal(await git.out(["rev-list", "--objects", "--count", tip], { folder }), "6");
  const broken = await importFrom(borrower, "--name", "lost");
  assert.equal(broken.status, 1);
  assert.match(broken.stderr, /^pail: Cannot import/);
  assert.ok((await listed()).every(({ full_name }) => full_name !== "acme/lost"));
});

test("refuses what it cannot take whole, and leaves nothing behind", async () => {
  const folders = await repositoryFolders();
  const work = git.newPath("work");
  await git.out(["init", "-q"], { folder: work });
  const first = await commitFiles(git, work, { "a.txt": "a\n" }, "One");
  await commitFiles(git, work, { "a.txt": "b\n" }, "Two");
  await git.out(["config", "uploadpack.allowFilter", "true"], { folder: work });
  const [sha256, shallow, partial, plain, broken, missing] = [
    git.newPath("sha256"),
    git.newPath("shallow"),
    git.newPath("partial"),
    git.newPath("plain"),
    git.newPath("broken"),
    git.newPath("missing"),
  ];
  await git.out(["init", "-q", "--object-format=sha256"], { folder: sha256 });
  await git.out(["clone", "-q", "--depth", "1", `file://${work}`, shallow]);
  await git.out(["clone", "-q", "--filter=blob:none", "--no-checkout", `file://${work}`, partial]);
  await git.out(["version"], { folder: plain });
  await git.out(["clone", "-q", "--no-hardlinks", work, broken]);
  const object = join(broken, ".git", "objects", first.slice(0, 2), first.slice(2));
  await rename(object, `${object}.away`);
  for (const [path, problem] of [
    [sha256, /^pail: Cannot import \S+: its object format is sha256, and Bitbucket's is sha1\n$/],
    [shallow, /: it is a shallow clone \(git fetch --unshallow makes it whole\)\n$/],
    [
      partial,
      /: it is a partial clone, which lacks objects, such as [0-9a-f]{40} \(git fetch --refetch .*\)\n$/,
    ],
    [plain, /: it is not a Git repository\n$/],
    [missing, /: it is not a Git repository\n$/],
    [broken, new RegExp(`^pail: Cannot import.*: .*${first} \\(git fsck --full .*\\)\n$`)],
  ] as const) {
    const { status, stdout, stderr } = await importFrom(path);
    assert.match(stderr, problem);
    assert.equal(status, 1);
    assert.equal(stdout, "");
  }
  const { status, stderr } = await importFrom(work, "--name", "large", "--pack-bytes-max", "100");
  assert.match(
    stderr,
    /^pail: Cannot import into acme\/large: the pack is larger than the limit of 100 bytes\n$/,
  );
  assert.equal(status, 1);
  assert.deepEqual(await repositoryFolders(), folders);
  assert.deepEqual(await readdir(join(REPOSITORIES, "unfinished")), []);
});

test("an import that is interrupted leaves nothing behind", async () => {
  const folders = await repositoryFolders();
  const source = git.newPath("endless");
  await git.out(["init", "-q"], { folder: source });
  const id = await commitFiles(git, source, { "a.txt": "a\n" }, "One");
  // git waits for somebody to write the object, for ever.
  const object = join(source, ".git", "objects", id.slice(0, 2), id.slice(2));
  await rm(object);
  execFileSync("mkfifo", [object]);
  const child = pail.start(["repository", "import", source, "--workspace", "acme"]);
  const staging = join(REPOSITORIES, "unfinished");
  await waitUntil("objects are waited for", () => existsSync(staging) && readdirSync(staging).length > 0);
  child.kill("SIGINT");
  const [code] = await once(child, "close");
  assert.equal(code, 130);
  assert.deepEqual(await repositoryFolders(), folders);
  assert.deepEqual(await readdir(staging), []);
  assert.ok((await listed()).every(({ full_name }) => full_name !== "acme/endless"));
});

test("takes the names that a push takes, and says for each other one what a push would say", async () => {
  const source = git.newPath("odd-names");
  await git.out(["init", "-q"], { folder: source });
  const tip = await commitFiles(git, source, { a: "a\n" }, "First");
  const names = ["caf\\351", "nel\\302\\205", "long/".repeat(210).concat("x")];
  const updates = names.map((name) => `printf 'create refs/heads/${name} ${tip}\\n'`).join("; ");
  await git.out(["-c", `alias.made=!(${updates}) | git update-ref --stdin`, "made"], { folder: source });
  const { status, stdout, stderr } = await importFrom(source, "--name", "odd-names");
  assert.equal(status, 0, stderr);
  assert.match(stdout, /^Imported acme\/odd-names: 1 branches/);
  assert.ok(stderr.includes('pail: left out "refs/heads/caf\\351": the ref name is not UTF-8\n'), stderr);
  assert.ok(
    stderr.includes('pail: left out "refs/heads/nel\\302\\205": the ref name has control characters'),
    stderr,
  );
  assert.match(
    stderr,
    /pail: left out refs\/heads\/long.*: the ref name is longer than the limit of 1024 bytes/,
  );
});

test("takes a repository whole that a promisor once completed, and the real history behind grafts and replacements", async () => {
  const work = git.newPath("grafted");
  await git.out(["init", "-q"], { folder: work });
  const first = await commitFiles(git, work, { a: "1\n" }, "One");
  const tip = await commitFiles(git, work, { a: "2\n" }, "Two");
  await git.out(["update-ref", `refs/replace/${tip}`, first], { folder: work });
  await writeFile(join(work, ".git", "info", "grafts"), `${tip}\n`);
  await git.out(["repack", "-adq"], {
    folder: work,
    environment: { GIT_NO_REPLACE_OBJECTS: "1", GIT_GRAFT_FILE: "/nonexistent" },
  });
  const packs = join(work, ".git", "objects", "pack");
  const [pack] = (await readdir(packs)).filter((name) => name.endsWith(".pack"));
  await writeFile(join(packs, pack!.replace(".pack", ".promisor")), "");
  const { status, stderr } = await importFrom(work, "--name", "grafted");
  assert.equal(status, 0, stderr);
  assert.match(stderr, /info\/grafts is passed over/);
  const ours = await packsOf("acme/grafted");
  assert.equal(await git.out(["--git-dir", ours, "rev-list", "--count", tip]), "2");
});

test("names the object that is missing behind grafts, and how to go on", async () => {
  const work = git.newPath("hidden");
  await git.out(["init", "-q"], { folder: work });
  const first = await commitFiles(git, work, { a: "1\n" }, "One");
  const tip = await commitFiles(git, work, { a: "2\n" }, "Two");
  await rm(join(work, ".git", "objects", first.slice(0, 2), first.slice(2)));
  await writeFile(join(work, ".git", "info", "grafts"), `${tip}\n`);
  const { status, stderr } = await importFrom(work, "--name", "hidden");
  assert.equal(status, 1);
  assert.match(stderr, new RegExp(first));
  assert.match(stderr, /info\/grafts/);
  assert.match(stderr, /git fsck/);
});
