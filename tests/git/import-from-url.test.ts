import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, test } from "node:test";
import { basic } from "../support/clients/http-request.ts";
import { createTestDatabaseSettings, DIALECTS } from "../support/database/test-database.ts";
import {
  commitFiles,
  createFilledRepository,
  createHostedRepository,
  STATIC_USERNAME,
  serverHead,
  serverRefs,
} from "../support/git/hosted-repository.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { httpBackend, openSourceServer } from "../support/remote-servers/source-server.ts";
import { startPailForFile } from "../support/server/pail-server.ts";

const git = openRealGit();

for (const dialect of DIALECTS) {
  const testDatabase = await createTestDatabaseSettings(dialect);
  const databaseUrl =
    testDatabase.settings.kind === "postgres" ? testDatabase.settings.url.reveal() : undefined;
  const pail = await startPailForFile(databaseUrl === undefined ? {} : { databaseUrl });
  after(() => testDatabase.remove());
  const { workspace, token } = pail.credentials;

  const importFrom = (url: string, name: string, args: readonly string[] = [], input?: string) =>
    pail.cli(
      ["repository", "import", url, "--workspace", workspace, "--name", name, "--private-source", ...args],
      input === undefined ? {} : { input },
    );
  const repositoryNames = async () => (await pail.cli(["repository", "list", "--json"])).stdout;

  test(`${dialect}: takes a public repository of another server, and its HEAD`, async () => {
    const { repository, folder } = await createFilledRepository(git, pail, { isPrivate: false });
    await git.out(["tag", "-a", "-m", "one", "v1"], { folder });
    await git.out(["push", "-q", "origin", "v1", "main:refs/heads/ünder/side"], { folder });
    const { status, stdout, stderr } = await importFrom(repository.anonymousUrl, "public-copy");
    assert.equal(status, 0, stderr);
    assert.equal(stdout, `Imported ${workspace}/public-copy: 2 branches, 1 tags, 0 notes\n`);
    const copy = repository.url.replace(repository.slug, "public-copy");
    assert.deepEqual(await serverRefs(git, copy), await serverRefs(git, repository.url));
    assert.equal(await serverHead(git, copy), "refs/heads/main");
    await git.out(["fsck", "--full", "--strict"], { folder: await cloned(copy) });
  });

  test(`${dialect}: takes a private one with a token from stdin`, async () => {
    const { repository } = await createFilledRepository(git, pail);
    const url = repository.anonymousUrl;
    const fromStdin = await importFrom(
      url,
      "with-stdin",
      ["--credentials-stdin"],
      `${STATIC_USERNAME}\n${token}\n`,
    );
    assert.equal(fromStdin.status, 0, fromStdin.stderr);
    assert.match(fromStdin.stdout, /with-stdin: 1 branches/);
    assert.equal(fromStdin.stderr, "pail: the credentials were sent unencrypted, by http://\n");
  });

  test(`${dialect}: says what is wrong with credentials, and leaves nothing`, async () => {
    const { repository } = await createFilledRepository(git, pail);
    const before = await repositoryNames();
    const url = repository.anonymousUrl;
    const without = await importFrom(url, "refused");
    assert.equal(without.status, 1);
    assert.match(without.stderr, /^pail: Cannot import \S+: it asks for credentials \(401\): give them by/);
    const wrong = await importFrom(
      url,
      "refused",
      ["--credentials-stdin"],
      `${STATIC_USERNAME}:${token.slice(0, -9)}\n`,
    );
    assert.equal(wrong.status, 1);
    assert.match(wrong.stderr, /it refuses the credentials \(401\)/);
    const inUrl = await importFrom(repository.url, "refused");
    assert.equal(inUrl.status, 1);
    assert.match(inUrl.stderr, /credentials in a URL are seen by all who list processes/);
    const malformed = await importFrom(url, "refused", ["--credentials-stdin"], "hidden\n");
    assert.equal(malformed.status, 2);
    assert.doesNotMatch(malformed.stderr, /hidden/);
    assert.equal(await repositoryNames(), before);
  });

  test(`${dialect}: takes an empty one`, async () => {
    const repository = await createHostedRepository(pail, { isPrivate: false });
    const { status, stdout, stderr } = await importFrom(repository.anonymousUrl, "empty-copy");
    assert.equal(status, 0, stderr);
    assert.match(stdout, /empty-copy: 0 branches, 0 tags, 0 notes/);
  });

  test(`${dialect}: takes all that git's own server offers, with no secret where other processes see it`, async () => {
    const folder = git.newPath("work");
    await git.out(["init", "-q", "-b", "dev"], { folder });
    await commitFiles(
      git,
      folder,
      { "a.txt": "a\n", ".gitmodules": '[submodule "m"]\n\tpath = m\n\turl = x\n' },
      "One",
    );
    await git.out(["update-index", "--add", "--cacheinfo", `160000,${"1".repeat(40)},m`], { folder });
    await git.out(["commit", "-q", "-m", "With a submodule"], { folder });
    await git.out(["update-ref", "refs/pull/1/head", "HEAD"], { folder });
    await git.out(["notes", "add", "-m", "noted"], { folder });
    const bare = git.newPath("bare.git");
    await git.out(["clone", "-q", "--mirror", folder, bare]);
    const seen: string[] = [];
    const serve = httpBackend(git.root);
    const origin = await openSourceServer((request, response) => {
      if (request.headers.authorization !== basic("ann", "hidden-password")) {
        response.writeHead(401, { "www-authenticate": 'Basic realm="x"' }).end();
      } else if (request.method !== "POST") serve(request, response);
      else
        void readProcesses().then((text) => {
          seen.push(text);
          serve(request, response);
        });
    });
    const url = `${origin}${bare.slice(git.root.length)}`;
    const input = "ann:hidden-password\n";
    const { status, stdout, stderr } = await importFrom(url, "backend", ["--credentials-stdin"], input);
    assert.equal(status, 0, stderr);
    assert.match(stdout, /backend: 1 branches, 0 tags, 1 notes/);
    assert.match(stderr, /left out 1 refs that are no branch, tag or note/);
    assert.equal(seen.length, 1);
    assert.match(seen[0]!, /repository\0import/);
    assert.doesNotMatch(seen[0]!, /hidden-password|aGlkZGVuLXBhc3N3b3Jk/);
    assert.equal(await serverHead(git, pailUrl("backend")), "refs/heads/dev");
    const large = await importFrom(url, "large", ["--credentials-stdin", "--pack-bytes-max", "100"], input);
    assert.equal(large.status, 1);
    assert.match(large.stderr, /the pack is larger than the limit of 100 bytes/);
    assert.doesNotMatch(await repositoryNames(), /\/large"/);
  });

  test(`${dialect}: reaches no address of this machine without --private-source`, async () => {
    const { repository } = await createFilledRepository(git, pail, { isPrivate: false });
    const outcome = await pail.cli([
      "repository",
      "import",
      repository.anonymousUrl,
      "--workspace",
      workspace,
    ]);
    assert.equal(outcome.status, 1);
    assert.match(outcome.stderr, /has a private, loopback or link-local address \(--private-source/);
  });

  const pailUrl = (name: string) => {
    const url = new URL(`/${workspace}/${name}.git`, pail.credentials.url);
    return Object.assign(url, { username: STATIC_USERNAME, password: token }).href;
  };
}

async function cloned(url: string): Promise<string> {
  const folder = git.newPath("clone");
  await git.out(["clone", "-q", "--mirror", url, folder]);
  return folder;
}

/** Arguments and environment of every process that may be looked at. */
async function readProcesses(): Promise<string> {
  const ids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name) && name !== String(process.pid));
  const files = ids.flatMap((id) => [join("/proc", id, "cmdline"), join("/proc", id, "environ")]);
  return (await Promise.all(files.map((file) => readFile(file, "latin1").catch(() => "")))).join("\n");
}
