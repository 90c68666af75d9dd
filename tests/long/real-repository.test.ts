import assert from "node:assert/strict";
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import {
  createMigratedDatabaseSettings,
  type TestDatabaseSettings,
} from "../support/database/test-database.ts";
import { generateHistory } from "../support/git/history-generator.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { type PailServer, startPail } from "../support/server/pail-server.ts";

const SHAPE = { commits: 20_000, branches: 180, annotatedTags: 80, lightTags: 60, files: 400 };
const REFS_MIN = 300;

const git = openRealGit();
let origin: string;

before(async () => {
  origin = git.newPath("origin.git");
  await mkdir(origin, { recursive: true });
  await git.out(["init", "-q", "--bare", "--initial-branch=main", origin]);
  await generateHistory(origin, SHAPE);
});

/** What two repositories must agree on: every ref, and every object that they reach, in name. */
async function holdings(gitDir: string) {
  const refs = await git.out([
    "--git-dir",
    gitDir,
    "for-each-ref",
    "--format=%(objectname) %(objecttype) %(refname)",
  ]);
  const objects = await git.out(["--git-dir", gitDir, "rev-list", "--all", "--objects", "--no-object-names"]);
  return { refs, objects: objects.split("\n").sort().join("\n") };
}

for (const dialect of ["sqlite", "postgres"] as const) {
  describe(`a real repository over ${dialect}`, () => {
    let pail: PailServer;
    let url: string;
    let testDatabase: TestDatabaseSettings;
    before(async () => {
      testDatabase = await createMigratedDatabaseSettings(dialect);
      const { settings } = testDatabase;
      pail = await startPail(settings.kind === "postgres" ? { databaseUrl: settings.url.reveal() } : {});
      const { host } = new URL(pail.credentials.url);
      url = `http://x-bitbucket-api-token-auth:${pail.credentials.token}@${host}/acme/imported.git`;
    });
    after(async () => {
      await pail.stop();
      await testDatabase.remove();
    });

    test("is imported, and every clone has what the origin has", async () => {
      const imported = await pail.cli([
        "repository",
        "import",
        origin,
        "--workspace",
        "acme",
        "--name",
        "imported",
      ]);
      assert.equal(imported.status, 0, imported.stderr);
      const clone = git.newPath("mirror.git");
      await git.out(["clone", "-q", "--mirror", url, clone]);
      const [ours, theirs] = [await holdings(clone), await holdings(origin)];
      assert.ok(theirs.refs.split("\n").length >= REFS_MIN);
      assert.equal(ours.refs, theirs.refs);
      assert.equal(ours.objects, theirs.objects);
      await git.out(["--git-dir", clone, "fsck", "--strict", "--no-dangling"]);
    });

    test("is pushed to, shallow cloned and fetched", async () => {
      const clone = git.newPath("work");
      await git.out(["clone", "-q", "--depth", "1", url, clone]);
      assert.equal(await git.out(["rev-list", "--count", "HEAD"], { folder: clone }), "1");
      await git.out(["commit", "-q", "--allow-empty", "-m", "on top of a shallow clone"], { folder: clone });
      await git.out(["push", "-q", "origin", "main", "main:refs/heads/new/branch"], { folder: clone });
      const full = git.newPath("full.git");
      await git.out(["clone", "-q", "--mirror", url, full]);
      const tip = await git.out(["rev-parse", "HEAD"], { folder: clone });
      assert.equal(await git.out(["--git-dir", full, "rev-parse", "refs/heads/new/branch"]), tip);
      await git.out(["--git-dir", full, "fsck", "--strict", "--no-dangling"]);
    });

    test("its pages of commits give the whole history once, in git's own topological order", async () => {
      const { api_url, email, token } = pail.credentials;
      const headers = { authorization: `Basic ${Buffer.from(`${email}:${token}`).toString("base64")}` };
      let next: string | undefined =
        `${api_url}/repositories/acme/imported/commits?include=main&pagelen=100&fields=next,values.hash`;
      const hashes: string[] = [];
      while (next !== undefined) {
        const page = (await (await fetch(next, { headers })).json()) as {
          next?: string;
          values: { hash: string }[];
        };
        hashes.push(...page.values.map(({ hash }) => hash));
        next = page.next;
      }
      const full = git.newPath("order.git");
      await git.out(["clone", "-q", "--bare", url, full]);
      const expected = await git.out(["--git-dir", full, "rev-list", "--topo-order", "main"]);
      assert.deepEqual(hashes, expected.split("\n"));
    });

    test("nothing is left in staging beside the repositories", async () => {
      assert.deepEqual(await readdir(join(pail.dataFolder, "repositories", "unfinished")), []);
    });
  });
}
