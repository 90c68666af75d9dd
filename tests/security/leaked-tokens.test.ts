// The attack: a token that its owner has committed by mistake is read out of the repository by everybody who may clone it,
// today or once it becomes public. It is caught where it would come in: by Git, and by a commit over REST.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { digestToken, writeToken } from "../../src/authentication/token-text.ts";
import { listedTokens } from "../../src/cli/token/listed-tokens.ts";
import { maskTokens } from "../../src/model/mask-secrets.ts";
import type { Token } from "../../src/model/token.ts";
import type { Uuid } from "../../src/model/uuid.ts";
import { createAccount } from "../../src/operations/accounts/accounts.ts";
import { createApiToken, revokeApiToken } from "../../src/operations/tokens/api-tokens.ts";
import { listAuditEvents } from "../../src/storage/sql/audit/audit-events.ts";
import { listTokensWithHistory } from "../../src/storage/sql/tokens/token-history.ts";
import { insertToken } from "../../src/storage/sql/tokens/tokens.ts";
import { grantedTokens, makeConsumer, statusOf } from "../support/clients/oauth-client.ts";
import { inventToken } from "../support/examples/accounts.ts";
import { startFilledApp } from "../support/server/filled-app.ts";

const { app, git, folder, commit, rest } = await startFilledApp();
await commit({ "README.md": "hello\n" }, "First");
await git.out(["push", "--quiet", "origin", "HEAD:refs/heads/main"], { folder });
const start = await git.out(["rev-parse", "HEAD"], { folder });

const mallory = await createAccount(app.ports, app.by, { email: "mallory@example.com", username: "mallory" });

async function tokenOf(accountUuid: typeof app.owner.uuid, name: string) {
  const made = await createApiToken(app.ports, app.by, {
    accountUuid,
    name,
    scopes: ["read:repository:bitbucket"],
    ageDays: 1,
  });
  return { text: made.text.reveal(), uuid: made.token.uuid };
}

/** Commits on top of what the server has, and pushes; then forgets it. */
async function push(files: Record<string, string>, message = "Change", ...options: string[]) {
  await git.out(["checkout", "--quiet", "-B", "work", start], { folder });
  await commit(files, message);
  return pushRefs("work:refs/heads/work", ...options);
}

async function pushRefs(...refs: string[]) {
  const outcome = await git.run(["push", "--force", "origin", ...refs], { folder });
  return { status: outcome.status, said: outcome.stderr };
}

async function branches(): Promise<string[]> {
  const { json } = await rest("GET", "/refs/branches");
  return json.values.map((branch: { name: string }) => branch.name).sort();
}

function assertRefused(
  { status, said }: { status: number; said: string },
  location: string,
  text: string,
): void {
  assert.equal(status, 1, said);
  assert.match(said, /^remote: .*has an API token of this server/m);
  assert.ok(said.includes(`remote: ${location} `), said);
  assert.ok(!said.includes(text.slice(12, 40)), "the token is not repeated");
}

test("a token in a file is refused, with its path, and its name and id for its owner", async () => {
  const { text, uuid } = await tokenOf(app.owner.uuid, "ci of ours");
  const outcome = await push({ "config/deploy.env": `A=1\nTOKEN=${text}\n` });
  assertRefused(outcome, "config/deploy.env", text);
  assert.match(outcome.said, new RegExp(`"ci of ours", id ${uuid.slice(0, 8)}`));
  assert.deepEqual(await branches(), ["main"]);
  const line = app.logLines.find(
    (candidate) => candidate["token.id"] === uuid && /push refused/.test(String(candidate.msg)),
  );
  assert.ok(line !== undefined, "the log tells the operator which");
  assert.ok(!JSON.stringify(app.logLines).includes(text.slice(12, 40)));
});

/** As whoever issues tokens of this kind stores them. */
async function storedToken(kind: "access-token" | "oauth") {
  const text = writeToken(kind, app.ports.randomBytes);
  const now = app.ports.clock();
  const common = {
    uuid: randomUUID() as Uuid,
    accountUuid: app.owner.uuid,
    name: kind,
    bound: undefined,
    createdAt: now,
    expiresAt: new Date(now.getTime() + 86_400_000),
    revokedAt: undefined,
    lastUsedAt: undefined,
    successorUuid: undefined,
    parentUuid: undefined,
    scopes: ["repository"] as const,
  };
  const token: Token =
    kind === "oauth" ? { ...common, kind, grantUuid: randomUUID() as Uuid } : { ...common, kind };
  await insertToken(app.ports.database.kysely, token, digestToken(text));
  return { text: text.reveal(), uuid: token.uuid };
}

for (const [kind, noun] of [
  ["access-token", "access token"],
  ["oauth", "OAuth token"],
] as const)
  test(`an ${noun} is refused like an API token, until whoever has found it ends it`, async () => {
    const { text, uuid } = await storedToken(kind);
    const outcome = await push({ "config/deploy.env": `TOKEN=${text}\n` });
    assert.equal(outcome.status, 1, outcome.said);
    assert.ok(outcome.said.includes(`config/deploy.env has an ${noun} of this server`), outcome.said);
    assert.ok(!outcome.said.includes(text.slice(12, 40)), "the token is not repeated");
    const answer = await fetch(`${app.url}/-/token-revocation`, {
      method: "POST",
      body: new URLSearchParams({ token: text }),
    });
    assert.equal(answer.status, 204);
    const events = await listAuditEvents(app.ports.database.kysely, { limit: 10 });
    assert.ok(events.some(({ action, subject }) => action === "token.revoked" && subject.uuid === uuid));
    assert.equal((await push({ "config/deploy.env": `TOKEN=${text}\n` })).status, 0);
    await pushRefs(":refs/heads/work");
  });

test("a refresh token of OAuth is refused too, until whoever has found it ends what it came from", async () => {
  const consumer = await makeConsumer(app);
  const { access, refresh } = await grantedTokens(app, consumer, app.owner);
  const outcome = await push({ "config/refresh.env": `REFRESH=${refresh}\n` });
  assert.equal(outcome.status, 1, outcome.said);
  assert.match(
    outcome.said,
    /config\/refresh\.env has an OAuth refresh token of this server \("consumer \d+", id/,
  );
  assert.ok(!outcome.said.includes(refresh.slice(12, 40)), "the token is not repeated");
  const revoke = () =>
    fetch(`${app.url}/-/token-revocation`, { method: "POST", body: new URLSearchParams({ token: refresh }) });
  assert.equal((await revoke()).status, 204);
  assert.equal((await revoke()).status, 204);
  assert.equal(await statusOf(app, access), 401);
  assert.equal((await push({ "config/refresh.env": `REFRESH=${refresh}\n` })).status, 0);
  await pushRefs(":refs/heads/work");
});

test("texts of every kind of secret are masked where they are repeated", () => {
  const kinds = ["api-token", "access-token", "oauth"] as const;
  const texts = kinds.map((kind) => writeToken(kind, app.ports.randomBytes).reveal());
  for (const text of [...texts, `ATBB${"a".repeat(32)}`, `pail_or_${"a".repeat(40)}`])
    assert.equal(maskTokens(`a=${text}, b`), "a=[token], b");
  assert.equal(
    maskTokens("pail_git_fetches_total pail_http_requests"),
    "pail_git_fetches_total pail_http_requests",
  );
});

test("somebody else's token is refused too, and nothing is told of it", async () => {
  const { text, uuid } = await tokenOf(mallory.uuid, "of mallory");
  const outcome = await push({ "notes.txt": text });
  assertRefused(outcome, "notes.txt", text);
  assert.ok(!outcome.said.includes("of mallory") && !outcome.said.includes(uuid.slice(0, 8)), outcome.said);
});

test("each owner is told: in the audit log once, though it is pushed again, and where tokens are listed", async () => {
  const ours = await tokenOf(app.owner.uuid, "both: ours");
  const hers = await tokenOf(mallory.uuid, "both: hers");
  const revoked = await tokenOf(mallory.uuid, "both: revoked");
  await revokeApiToken(app.ports, app.by, revoked.uuid);
  const files = { "a.txt": ours.text, "b.txt": `${hers.text} ${revoked.text}`, "c.txt": hers.text };
  for (const again of ["", "\n"]) assert.equal((await push({ ...files, "d.txt": again })).status, 1);
  await app.ports.auditNotes.idle();
  const told = await listAuditEvents(app.ports.database.kysely, { action: "token.leaked", limit: 1000 });
  const here = told.filter(({ subject }) => subject.name.startsWith("both: "));
  assert.deepEqual(
    here
      .map(({ subject, affectedAccountUuid, details }) => [subject.uuid, affectedAccountUuid, details])
      .sort(),
    [
      [ours.uuid, app.owner.uuid, { repository: "acme/demo" }],
      [hers.uuid, mallory.uuid, { repository: "acme/demo" }],
    ].sort(),
  );
  for (const { actor } of here)
    assert.ok(actor.kind === "account" && actor.accountUuid === app.owner.uuid && actor.address !== "");
  const tokens = await listTokensWithHistory(app.ports.database.kysely, mallory.uuid);
  const listed = await listedTokens(app.ports, tokens);
  const leakedOf = (uuid: string) => listed.find(({ id }) => id === uuid)!.leaked_on;
  assert.notEqual(leakedOf(hers.uuid), null);
  assert.equal(leakedOf(revoked.uuid), null);
  assert.ok(!JSON.stringify(told).includes(hers.text.slice(12, 40)));
});

test("it is found in an older commit of the push, in a message of a commit and of a tag", async () => {
  const { text } = await tokenOf(app.owner.uuid, "history");
  await git.out(["checkout", "--quiet", "-B", "work", start], { folder });
  await commit({ "old.txt": `${"x".repeat(5000)}${text}` }, "With it");
  await commit({ "old.txt": "gone\n" }, "Without it");
  assertRefused(await pushRefs("work:refs/heads/work"), "old.txt", text);
  assertRefused(await push({ "a.txt": "a\n" }, `Use ${text} here`), "the commit", text);
  await git.out(["tag", "--annotate", "--force", "-m", `Token: ${text}`, "v1", start], { folder });
  assertRefused(await pushRefs("refs/tags/v1"), "the tag", text);
  await git.out(["tag", "--delete", "v1"], { folder });
});

test("all refs of the push are refused, and a deletion beside them is not", async () => {
  assert.equal((await pushRefs(`${start}:refs/heads/old`)).status, 0);
  const { text } = await tokenOf(app.owner.uuid, "several");
  await git.out(["checkout", "--quiet", "-B", "work", start], { folder });
  await commit({ "a.txt": text }, "With it");
  const outcome = await pushRefs("work:refs/heads/one", `${start}:refs/heads/two`, ":refs/heads/old");
  assert.equal(outcome.status, 1);
  assert.deepEqual(await branches(), ["main"]);
});

test("a commit over REST is refused the same way", async () => {
  const { text, uuid } = await tokenOf(app.owner.uuid, "over rest");
  const form = new URLSearchParams({ message: "m", branch: "rest", "deep/secret.txt": `T=${text}` });
  const answer = await fetch(`${app.url}/2.0/repositories/acme/demo/src`, {
    method: "POST",
    headers: { authorization: `Bearer ${await app.token()}` },
    body: form,
  });
  const said = await answer.text();
  assert.equal(answer.status, 400, said);
  assert.ok(
    said.includes("deep/secret.txt has an API token of this server") && said.includes(uuid.slice(0, 8)),
    said,
  );
  assert.ok(!said.includes(text.slice(12, 40)));
  assert.deepEqual(await branches(), ["main"]);
  await app.ports.auditNotes.idle();
  const told = await listAuditEvents(app.ports.database.kysely, { action: "token.leaked", limit: 1 });
  assert.equal(told[0]?.subject.uuid, uuid);
  assert.deepEqual(told[0]?.actor.kind === "account" && told[0].actor.accountUuid, app.owner.uuid);
});

test("what opens nothing may be pushed: revoked, expired, unknown, damaged and cut tokens", async () => {
  const revoked = await tokenOf(app.owner.uuid, "revoked");
  await revokeApiToken(app.ports, app.by, revoked.uuid);
  const clock = () => new Date(Date.now() - 3 * 86_400_000);
  const wanted = { accountUuid: app.owner.uuid, name: "e", scopes: ["read:me"] as const, ageDays: 1 };
  const expired = (await createApiToken({ ...app.ports, clock }, app.by, wanted)).text.reveal();
  const alive = (await tokenOf(app.owner.uuid, "alive")).text;
  const outcome = await push({
    "revoked.txt": revoked.text,
    "expired.txt": expired,
    "unknown.txt": inventToken(),
    "damaged.txt": alive.slice(0, 60) + (alive[60] === "A" ? "B" : "A") + alive.slice(61),
    "cut.txt": alive.slice(0, -1),
    "headers.txt": "ATATT3xFfGF0".repeat(1000),
  });
  assert.equal(outcome.status, 0, outcome.said);
  assert.equal((await pushRefs(":refs/heads/work")).status, 0);
});

test("a token that is in the repository already can be taken out, though git sends the change as a delta of it", async () => {
  const { text, uuid } = await tokenOf(app.owner.uuid, "was there");
  const lines = Array.from({ length: 400 }, (_, index) => `line ${index} ${Math.sin(index)}\n`).join("");
  await app.ports.database.kysely
    .updateTable("api_token")
    .set({ revoked_at: 1 })
    .where("uuid", "=", uuid)
    .execute();
  assert.equal((await push({ "large.txt": `${lines}${text}\n` })).status, 0);
  await app.ports.database.kysely
    .updateTable("api_token")
    .set({ revoked_at: null })
    .where("uuid", "=", uuid)
    .execute();
  await commit({ "large.txt": `${lines}taken out\n` }, "Take it out");
  const outcome = await pushRefs("work:refs/heads/work");
  assert.equal(outcome.status, 0, outcome.said);
  assert.equal((await pushRefs(":refs/heads/work")).status, 0);
});

test("what is larger than a mebibyte is passed over", async () => {
  const { text } = await tokenOf(app.owner.uuid, "large");
  const mebibyte = 1024 * 1024;
  const at = `${"x\n".repeat((mebibyte - text.length) / 2)}${text}`;
  assertRefused(await push({ "at-the-limit.txt": at }), "at-the-limit.txt", text);
  assert.equal((await push({ "beyond.txt": `${at}\n` })).status, 0);
});

test("where the setting is off, it is taken", async () => {
  const { text } = await tokenOf(app.owner.uuid, "off");
  const config = app.ports.config as { refusesLeakedTokens: boolean };
  config.refusesLeakedTokens = false;
  try {
    assert.equal((await push({ "off.txt": text })).status, 0);
  } finally {
    config.refusesLeakedTokens = true;
  }
});

test("it is found in all that REST makes objects of: messages of tags, messages and authors of commits, names of files", async () => {
  const { text } = await tokenOf(app.owner.uuid, "over REST");
  const post = async (fields: Readonly<Record<string, string>>) => {
    const body = new FormData();
    for (const [name, value] of Object.entries(fields)) body.append(name, value);
    const headers = { authorization: `Bearer ${await app.token()}` };
    const answer = await fetch(`${app.url}/2.0/repositories/acme/demo/src`, {
      method: "POST",
      headers,
      body,
    });
    return { status: answer.status, text: await answer.text() };
  };
  const refs = (await rest("GET", "/refs?pagelen=100")).text;
  for (const [location, answer] of [
    [
      "the tag",
      await rest("POST", "/refs/tags", { name: "told", target: { hash: start }, message: `Use ${text}` }),
    ],
    ["the commit", await post({ "a.txt": "a", message: `Use ${text}` })],
    ["the commit", await post({ "a.txt": "a", author: `${text} <a@example.com>` })],
    ["the name of a file", await post({ [`/folder/${text}`]: "a" })],
    ["file.txt", await post({ "/file.txt": text })],
  ] as const) {
    assert.equal(answer.status, 400, answer.text);
    assert.ok(answer.text.includes(`${location}`) && answer.text.includes("has an API token"), answer.text);
    assert.ok(!answer.text.includes(text.slice(12, 40)), "the token is not repeated");
  }
  assert.equal((await rest("GET", "/refs?pagelen=100")).text, refs);
});

test("it is found in the name of a file that is pushed, in a small pack and in a large one", async () => {
  const { text } = await tokenOf(app.owner.uuid, "in a name");
  assertRefused(await push({ [`folder/${text}.txt`]: "a" }), "the name of a file", text);
  const large = { [`folder/${text}.txt`]: "a", "large.bin": "x y ".repeat(200_000) };
  assertRefused(await push(large), "the name of a file", text);
});
