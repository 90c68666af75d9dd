import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { join } from "node:path";
import { before, test } from "node:test";
import { dataPacket, sidebandPackets } from "../../src/git/wire/packet.ts";
import { basic } from "../support/clients/http-request.ts";
import { commitFiles } from "../support/git/hosted-repository.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { httpBackend, openSourceServer } from "../support/remote-servers/source-server.ts";
import { openPailCommand } from "../support/server/pail-command.ts";

const git = openRealGit();
const pail = openPailCommand();
const REPOSITORIES = join(pail.folder, "data", "repositories");

/** A server that begins to send a pack, and then leaves it to `onPack`. */
async function openHalfServer(onPack: (response: ServerResponse) => void): Promise<string> {
  const folder = git.newPath("half");
  await git.out(["init", "-q"], { folder });
  await commitFiles(git, folder, { "a.txt": "a\n" }, "One");
  const serve = httpBackend(git.root);
  const origin = await openSourceServer((request, response) => {
    if (request.method !== "POST") return serve(request, response);
    const header = Buffer.from([0x50, 0x41, 0x43, 0x4b, 0, 0, 0, 2, 0, 0, 0, 3]);
    response.write(Buffer.concat([dataPacket("NAK\n"), sidebandPackets(1, header)]), () => onPack(response));
  });
  return `${origin}${folder.slice(git.root.length)}/.git`;
}

function argsFor(url: string, ...more: readonly string[]): readonly string[] {
  return ["repository", "import", url, "--workspace", "acme", "--private-source", ...more];
}

async function assertNothingLeft(): Promise<void> {
  assert.equal((await pail.run(["repository", "list", "--json"])).stdout, "[]\n");
  const names = await readdir(REPOSITORIES, { recursive: true }).catch(() => []);
  assert.deepEqual(
    names.filter((name) => name.endsWith(".git")),
    [],
  );
  assert.deepEqual(await readdir(join(REPOSITORIES, "unfinished")), []);
}

before(async () => {
  await pail.run(["account", "create", "--email", "a@example.com", "--username", "a"]);
  await pail.run(["workspace", "create", "--slug", "acme", "--owner", "a@example.com"]);
});

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  test(`${signal} in the middle of a pack leaves nothing`, async () => {
    let child: ChildProcess | undefined;
    const url = await openHalfServer(() => child?.kill(signal));
    child = pail.start(argsFor(url));
    const [code] = await once(child, "close");
    assert.equal(code, 130);
    await assertNothingLeft();
  });
}

test("a connection that breaks off in the middle of a pack leaves nothing", async () => {
  const { status, stderr } = await pail.run(argsFor(await openHalfServer((response) => response.destroy())));
  assert.equal(status, 1);
  assert.match(stderr, /^pail: Cannot import http\S+: the connection broke off\n$/);
  await assertNothingLeft();
});

test("a source that stalls in the middle of a pack is left, and leaves nothing", async () => {
  const url = await openHalfServer(() => {});
  const { status, stderr } = await pail.run(argsFor(url, "--source-timeout", "1"));
  assert.equal(status, 1);
  assert.match(stderr, /: it has sent nothing for 1 seconds \(--source-timeout waits longer\)\n$/);
  await assertNothingLeft();
});

test("takes credentials from the environment", async () => {
  const seen: (string | undefined)[] = [];
  const origin = await openSourceServer((request, response) => {
    seen.push(request.headers.authorization);
    response.writeHead(401).end();
  });
  const environment = { PAIL_IMPORT_CREDENTIALS: "ann:hidden" };
  const { status, stderr } = await pail.run(argsFor(`${origin}/a.git`), environment);
  assert.equal(status, 1);
  assert.match(stderr, /it refuses the credentials \(401\)/);
  assert.doesNotMatch(stderr, /hidden/);
  assert.deepEqual(seen, [undefined, basic("ann", "hidden")]);
});

test("refuses a timeout that is none", async () => {
  for (const seconds of ["0", "-1", "1.5", "x", "86401"]) {
    const { status, stderr } = await pail.run(
      argsFor("https://example.com/a", `--source-timeout=${seconds}`),
    );
    assert.equal(status, 2);
    assert.match(stderr, /^pail: --source-timeout: needs whole seconds, 1 to 86400\n$/);
  }
});
