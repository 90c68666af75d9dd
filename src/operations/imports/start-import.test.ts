import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { basic } from "../../../tests/support/clients/http-request.ts";
import { httpBackend, openSourceServer } from "../../../tests/support/remote-servers/source-server.ts";
import { startTestApp, type TestApp } from "../../../tests/support/server/test-app.ts";
import { runGit } from "../../git/process/git-process.ts";
import { Failure } from "../../model/failure.ts";
import type { RepositoryImport } from "../../model/repository-import.ts";
import { Secret } from "../../model/secret.ts";
import type { RepositorySlug } from "../../model/slug.ts";
import type { Uuid } from "../../model/uuid.ts";
import type { By } from "../../ports.ts";
import { listAuditEvents } from "../../storage/sql/audit/audit-events.ts";
import { findImport } from "../../storage/sql/imports/repository-imports.ts";
import { listRefs } from "../../storage/sql/refs/refs.ts";
import { findRepository } from "../../storage/sql/repositories/repositories.ts";
import { cancelImport, forgetImport, IMPORTS_OF_ACCOUNT_MAX, startImport } from "./start-import.ts";

const STREAM = `commit refs/heads/main
committer Olive <owner@example.com> 1767225600 +0000
data 5
first
M 100644 inline a.md
data 4
# a

reset refs/heads/feature/one
from refs/heads/main

done
`;
const CREDENTIALS = new Secret("ann:hidden-password");

let reached = 0;
const folder = await mkdtemp(join(tmpdir(), "pail-import-"));
const gitDir = join(folder, "source.git");
await runGit(["init", "--quiet", "--bare", gitDir], { gitDir: folder });
await runGit(["fast-import", "--quiet"], { gitDir, input: STREAM });
await runGit(["symbolic-ref", "HEAD", "refs/heads/main"], { gitDir });
await runGit(["init", "--quiet", "--bare", join(folder, "empty.git")], { gitDir: folder });
const backend = httpBackend(folder);
const origin = await openSourceServer((request, response) => {
  reached += 1;
  if (request.url?.startsWith("/hanging.git")) return;
  const isPrivate = request.url?.startsWith("/private.git");
  if (isPrivate && request.headers.authorization === undefined) response.writeHead(401).end();
  else if (isPrivate && request.headers.authorization !== basic("ann", "hidden-password"))
    response.writeHead(403).end();
  else {
    request.url = request.url?.replace("/private.git", "/source.git");
    backend(request, response);
  }
});
const app = await startTestApp({ mayImportFromPrivateAddresses: true });
const by: By = { ...app.by, caller: callerOf(app) };
after(async () => {
  await app.close();
  await rm(folder, { recursive: true });
});

function callerOf({ owner }: TestApp): By["caller"] {
  const credential = { kind: "session", id: owner.uuid, scopes: [], bound: undefined };
  return { kind: "account", account: owner, credential } as unknown as By["caller"];
}

function begin(path: string, slug: string, credentials?: Secret, ports = app.ports): Promise<Uuid> {
  const { workspace, project } = app;
  const repository = { workspace, project, slug: slug as RepositorySlug, name: slug, isPrivate: true };
  return startImport(ports, by, { url: new URL(`${origin}${path}`), credentials, repository });
}

const find = (uuid: Uuid) => {
  const owner = { workspaceUuid: app.workspace.uuid, accountUuid: app.owner.uuid };
  return findImport(app.ports.database.kysely, owner, uuid) as Promise<RepositoryImport>;
};

const stored = (slug: string) =>
  findRepository(app.ports.database.kysely, { uuid: app.workspace.uuid }, { slug: slug as RepositorySlug });

async function ended(uuid: Uuid): Promise<RepositoryImport> {
  for (;;) {
    const found = await find(uuid);
    if (found.outcome.kind !== "running") return found;
    await wait(20);
  }
}

test("brings all refs, the main branch, and says how much came", async () => {
  const done = await ended(await begin("/source.git", "copy"));
  const repository = (await stored("copy"))!;
  assert.deepEqual(done.outcome, { kind: "done", repositoryUuid: repository.uuid });
  assert.equal(repository.mainBranch, "main");
  const refs = await listRefs(app.ports.database.kysely, repository.uuid);
  assert.deepEqual(refs.map(({ name }) => name).sort(), ["refs/heads/feature/one", "refs/heads/main"]);
  await app.ports.backgroundWork.idle();
  const { receivedBytes, refCount } = await find(done.uuid);
  assert.ok(receivedBytes > 0);
  assert.equal(refCount, 2);
});

test("an empty source becomes an empty repository", async () => {
  const done = await ended(await begin("/empty.git", "from-empty"));
  assert.equal(done.outcome.kind, "done");
  assert.deepEqual(await listRefs(app.ports.database.kysely, (await stored("from-empty"))!.uuid), []);
});

test("sends credentials where they are asked for, and stores and logs nothing of them", async () => {
  const done = await ended(await begin("/private.git", "secret-copy", CREDENTIALS));
  assert.equal(done.outcome.kind, "done");
  const events = await listAuditEvents(app.ports.database.kysely, { limit: 100 });
  for (const text of [JSON.stringify(app.logLines), JSON.stringify(done), JSON.stringify(events)])
    assert.doesNotMatch(text, /hidden-password|aGlkZGVu|YW5uO/);
});

for (const [why, path, credentials, problem] of [
  ["there is no repository", "/none.git", undefined, "not-found"],
  ["it asks for credentials", "/private.git", undefined, "credentials-missing"],
  ["it refuses them", "/private.git", new Secret("ann:wrong"), "access-refused"],
] as const) {
  test(`says that ${why}, and leaves no repository`, async () => {
    const failed = await ended(await begin(path, "never", credentials));
    assert.equal(failed.outcome.kind === "failed" && failed.outcome.problem, problem);
    assert.equal(await stored("never"), undefined);
  });
}

test("a private address is not reached unless the operator allows it", async () => {
  const config = { ...app.ports.config, mayImportFromPrivateAddresses: false };
  const before = reached;
  const failed = await ended(await begin("/source.git", "never", undefined, { ...app.ports, config }));
  assert.equal(failed.outcome.kind === "failed" && failed.outcome.problem, "private-address");
  assert.equal(reached, before);
});

test("a name that is taken is refused before anything is asked", async () => {
  const before = reached;
  await assert.rejects(begin("/source.git", "demo"), (error: Failure) => "name" in error.details.fields!);
  assert.equal(reached, before);
});

test("a running one is cancelled, and only so many of an account run", async () => {
  const running = await Promise.all(
    Array.from({ length: IMPORTS_OF_ACCOUNT_MAX }, (_, index) => begin("/hanging.git", `hanging-${index}`)),
  );
  await assert.rejects(begin("/source.git", "one-more"), { name: "Failure", kind: "throttled" });
  for (const uuid of running) {
    const found = await find(uuid);
    await assert.rejects(forgetImport(app.ports, by, found), Failure);
    assert.equal(await cancelImport(app.ports, by, found), true);
  }
  for (const uuid of running) {
    const cancelled = await ended(uuid);
    assert.deepEqual(cancelled.outcome, { kind: "cancelled" });
    await forgetImport(app.ports, by, cancelled);
    assert.equal(await find(uuid), undefined);
  }
  assert.equal(await stored("hanging-0"), undefined);
});
