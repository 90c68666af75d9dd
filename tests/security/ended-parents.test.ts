// The attack: a derived token goes on after the one that it was made of has ended, because what it asks for is in a cache; or a
// token that is bound gets what was cached for one that is not.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { DELIMITER_PACKET, dataPacket, FLUSH_PACKET } from "../../src/git/wire/packet.ts";
import type { RepositorySlug } from "../../src/model/slug.ts";
import { createRepository } from "../../src/operations/repositories/repositories.ts";
import { createApiToken, revokeApiToken } from "../../src/operations/tokens/api-tokens.ts";
import { basic, sendRequest } from "../support/clients/http-request.ts";
import { startFilledApp } from "../support/server/filled-app.ts";

const R = "/2.0/repositories/acme";
/** As often as is needed for an answer to be one out of a cache. */
const TIMES = 3;

const { app, git, folder, commit } = await startFilledApp();
let tip = "";

before(async () => {
  await git.out(["checkout", "--quiet", "-B", "main"], { folder });
  tip = await commit({ "a.txt": "a\n".repeat(1_000) }, "First");
  await git.out(["push", "--quiet", "origin", "main"], { folder });
  await createRepository(app.ports, app.by, {
    workspace: app.workspace,
    project: app.project,
    slug: "other" as RepositorySlug,
  });
});

async function createParent() {
  const { text, token } = await createApiToken(app.ports, app.by, {
    accountUuid: app.owner.uuid,
    name: "parent",
    scopes: ["read:repository:bitbucket"],
    ageDays: 1,
  });
  return { text: text.reveal(), token };
}

async function derive(parent: string, limits: object = {}): Promise<string> {
  const answer = await sendRequest(app.url, "/-/tokens/derive", {
    method: "POST",
    headers: { authorization: basic("owner@example.com", parent), "content-type": "application/json" },
    body: JSON.stringify({
      name: "child",
      scopes: ["read:repository:bitbucket"],
      expires_in: 600,
      ...limits,
    }),
  });
  return (JSON.parse(answer.text) as { readonly token: string }).token;
}

function rest(token: string, path: string) {
  return sendRequest(app.url, path, { headers: { authorization: basic("owner@example.com", token) } });
}

const inGit = (token: string) => ({
  authorization: basic("x-bitbucket-api-token-auth", token),
  "git-protocol": "version=2",
});

function infoRefs(token: string) {
  return sendRequest(app.url, "/acme/demo.git/info/refs?service=git-upload-pack", { headers: inGit(token) });
}

/** Always the same bytes, so that the second answer is the first one again. */
function fetchAll(token: string) {
  const body = Buffer.concat([
    dataPacket("command=fetch\n"),
    DELIMITER_PACKET,
    dataPacket("no-progress\n"),
    dataPacket(`want ${tip}\n`),
    dataPacket("done\n"),
    FLUSH_PACKET,
  ]);
  return sendRequest(app.url, "/acme/demo.git/git-upload-pack", {
    method: "POST",
    headers: { ...inGit(token), "content-type": "application/x-git-upload-pack-request" },
    body,
  });
}

for (const [what, ask] of [
  ["a fetch that is cached", fetchAll],
  ["the refs for git", infoRefs],
  ["an answer of REST that is cached", (token: string) => rest(token, `${R}/demo/commits/main`)],
  ["an archive", (token: string) => rest(token, "/acme/demo/get/main.zip")],
] as const) {
  test(`${what} is refused to a derived token once its parent has ended, at any depth, and to no other`, async () => {
    const [parent, other] = [await createParent(), await createParent()];
    const child = await derive(parent.text);
    const grandchild = await derive(child, { repositories: ["acme/demo"] });
    const cousin = await derive(other.text, { repositories: ["acme/demo"] });
    for (let time = 0; time < TIMES; time += 1)
      for (const token of [child, grandchild, cousin]) assert.equal((await ask(token)).status, 200);
    await revokeApiToken(app.ports, app.by, parent.token.uuid);
    for (let time = 0; time < TIMES; time += 1) {
      assert.equal((await ask(child)).status, 401);
      assert.equal((await ask(grandchild)).status, 401);
      assert.equal((await ask(cousin)).status, 200);
    }
  });
}

test("a list that is cached for a token is not shown to one that was derived from it and is bound", async () => {
  const parent = await createParent();
  const child = await derive(parent.text, { repositories: ["acme/demo"] });
  for (let time = 0; time < TIMES; time += 1) {
    assert.match((await rest(parent.text, R)).text, /"slug":"other"/);
    assert.doesNotMatch((await rest(child, R)).text, /"slug":"other"/);
  }
});
