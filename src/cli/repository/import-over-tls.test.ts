import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { commitFiles } from "../../../tests/support/git/hosted-repository.ts";
import { openRealGit } from "../../../tests/support/git/real-git.ts";
import {
  AUTHORITY,
  SERVER_CERTIFICATE,
  SERVER_KEY,
} from "../../../tests/support/remote-servers/self-signed.ts";
import { httpBackend } from "../../../tests/support/remote-servers/source-server.ts";
import { openPailCommand } from "../../../tests/support/server/pail-command.ts";

const git = openRealGit();
const pail = openPailCommand();
const server = createServer({ cert: SERVER_CERTIFICATE, key: SERVER_KEY }, httpBackend(git.root));
const authority = join(pail.folder, "authority.pem");
let url: string;
let tip: string;

before(async () => {
  const work = git.newPath("work");
  await git.out(["init", "-q", "-b", "trunk", work]);
  await commitFiles(git, work, { "a.txt": "a\n" }, "One");
  tip = await commitFiles(git, work, { "a.txt": "b\n" }, "Two");
  await git.out(["tag", "-a", "-m", "first", "v1"], { folder: work });
  await git.out(["clone", "-q", "--bare", work, join(git.root, "app.git")]);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/app.git`;
  await writeFile(authority, AUTHORITY);
  for (const args of [
    ["account", "create", "--email", "a@example.com", "--username", "a"],
    ["workspace", "create", "--slug", "acme", "--owner", "a@example.com"],
  ])
    assert.equal((await pail.run(args)).status, 0);
});
after(() => {
  server.closeAllConnections();
  server.close();
});

function importFrom(source: string, name: string, environment: Readonly<Record<string, string>> = {}) {
  const args = ["repository", "import", source, "--workspace", "acme", "--name", name, "--private-source"];
  return pail.run(args, environment);
}

async function listed(): Promise<readonly Readonly<Record<string, string>>[]> {
  return JSON.parse((await pail.run(["repository", "list", "--json"])).stdout);
}

test("imports a whole repository over TLS from a server of a private authority", async () => {
  const { status, stdout, stderr } = await importFrom(url, "app", { NODE_EXTRA_CA_CERTS: authority });
  assert.equal(status, 0, stderr);
  assert.equal(stdout, "Imported acme/app: 1 branches, 1 tags, 0 notes\n");
  const [repository] = await listed();
  assert.equal(repository?.main_branch, "trunk");
  const uuid = repository!.uuid!.slice(1, -1);
  const folder = join(pail.folder, "data", "repositories", uuid.slice(0, 2), `${uuid}.git`);
  assert.equal(await git.out(["rev-list", "--count", tip], { folder }), "2");
});

for (const [what, source, environment, problem] of [
  [
    "an unknown authority",
    () => url,
    () => ({}),
    "UNABLE_TO_VERIFY_LEAF_SIGNATURE (for a private certificate authority, set NODE_EXTRA_CA_CERTS=FILE)",
  ],
  [
    "a certificate for another name",
    () => url.replace("127.0.0.1", "[::ffff:127.0.0.1]"),
    () => ({ NODE_EXTRA_CA_CERTS: authority }),
    "ERR_TLS_CERT_ALTNAME_INVALID",
  ],
] as const) {
  test(`says why it imports nothing over TLS with ${what}`, async () => {
    const before = await listed();
    const { status, stdout, stderr } = await importFrom(source(), "refused", environment());
    assert.equal(status, 1);
    assert.equal(stdout, "");
    assert.match(stderr, /^pail: Cannot import https:\/\/\S+\/app\.git: it could not be reached: /);
    assert.ok(stderr.endsWith(`: ${problem}\n`), stderr);
    assert.deepEqual(await listed(), before);
  });
}
