import assert from "node:assert/strict";
import type { Repository } from "../../../src/model/repository.ts";
import type { RepositorySlug } from "../../../src/model/slug.ts";
import { createAccount } from "../../../src/operations/accounts/accounts.ts";
import { createRepository } from "../../../src/operations/repositories/repositories.ts";
import { createApiToken } from "../../../src/operations/tokens/api-tokens.ts";
import { upsertRepositoryPermission } from "../../../src/storage/sql/permissions/permissions.ts";
import { basic, type HttpAnswer, sendRequest } from "../clients/http-request.ts";
import type { Json } from "../clients/rest-client.ts";
import { startTestApp, type TestApp } from "../server/test-app.ts";
import { commitFiles } from "./hosted-repository.ts";
import { openRealGit } from "./real-git.ts";

/**
 * `acme/demo` with branches that differ, its fork `acme/fork` and an empty `acme/secret`; and the clone from which all was
 * pushed, on which the real git says what the differences are. For one test file, from its hook `before`.
 */
export const git = openRealGit();
export const clone = git.newPath("clone");
export let app: TestApp;
/** The `Authorization` of one who may read all of them, and of one who may read acme/demo alone. */
export let owner: string;
export let reader: string;
/** The commits that tests name. */
export const ids: Record<string, string> = {};

const LINES = Array.from({ length: 12 }, (_, line) => `line ${line}\n`).join("");

export async function startComparedRepositories(): Promise<void> {
  app = await startTestApp();
  const token = await app.token();
  owner = basic("owner@example.com", token);
  await addReader();
  await git.out(["init", "--quiet", clone]);
  await buildHistory();
  await push(app.repository, token, "main", "feature/diff.stat", "release-1.0", "unrelated", "v1.0");
  const fork = await createSibling("fork");
  await git.out(["checkout", "--quiet", "-b", "forked", "main"], { folder: clone });
  ids.forked = await commitFiles(git, clone, { "forked.txt": "forked\n", "kept.txt": "forked\n" }, "Forked");
  await push(fork, token, "forked");
  await createSibling("secret");
}

/** May read acme/demo and nothing else. */
async function addReader(): Promise<void> {
  const account = await createAccount(app.ports, app.by, { email: "reader@example.com", username: "reader" });
  await upsertRepositoryPermission(app.ports.database.kysely, app.repository.uuid, account.uuid, "read");
  const made = await createApiToken(app.ports, app.by, {
    accountUuid: account.uuid,
    name: "t",
    scopes: ["read:repository:bitbucket"],
    ageDays: 1,
  });
  reader = basic("reader@example.com", made.text.reveal());
}

function createSibling(slug: string): Promise<Repository> {
  const { workspace, project } = app;
  return createRepository(app.ports, app.by, { workspace, project, slug: slug as RepositorySlug });
}

export async function push(repository: Repository, token: string, ...refs: string[]): Promise<void> {
  const url = new URL(`${app.url}/acme/${repository.slug}.git`);
  url.username = "x-bitbucket-api-token-auth";
  url.password = token;
  await git.out(["push", "--quiet", url.href, ...refs], { folder: clone });
}

async function buildHistory(): Promise<void> {
  ids.root = await commitFiles(
    git,
    clone,
    {
      "kept.txt": "a\r\nb\n",
      "folder/moved.txt": LINES,
      "gone.txt": "gone\n",
      ".gitattributes": "*.txt -diff\n",
    },
    "Root",
  );
  await git.out(["checkout", "--quiet", "-b", "feature/diff.stat"], { folder: clone });
  await git.out(["mv", "folder/moved.txt", "näh\nmoved.txt"], { folder: clone });
  await git.out(["rm", "--quiet", "gone.txt"], { folder: clone });
  await commitFiles(git, clone, { "image.png": Buffer.from([0, 1, 2, 255]) }, "Move\n\nand delete: ü");
  ids.feature = await commitFiles(git, clone, { "kept.txt": "a\r\nb\nc\n", "kept2.txt": "b \n" }, "Change");
  await git.out(["tag", "-a", "-m", "tag", "v1.0"], { folder: clone });
  await git.out(["checkout", "--quiet", "-b", "release-1.0", "main"], { folder: clone });
  ids.release = await commitFiles(git, clone, { "kept.txt": "a\r\nb\nz\n", "gone.txt": "kept\n" }, "Release");
  await git.out(["checkout", "--quiet", "main"], { folder: clone });
  await commitFiles(git, clone, { "main.txt": "main\n" }, "On main");
  await git.out(["merge", "--quiet", "--no-edit", "feature/diff.stat"], { folder: clone });
  ids.main = await git.out(["rev-parse", "main"], { folder: clone });
  await git.out(["checkout", "--quiet", "--orphan", "unrelated"], { folder: clone });
  ids.unrelated = await commitFiles(git, clone, { "other.txt": "1\n" }, "Unrelated");
}

export function ask(path: string, authorization: string | undefined = owner): Promise<HttpAnswer> {
  return sendRequest(app.url, `/2.0/repositories/acme/demo/${path}`, {
    headers: { Accept: "application/json", ...(authorization === undefined ? {} : { authorization }) },
  });
}

export async function askJson(path: string): Promise<Json> {
  const answer = await ask(path);
  assert.equal(answer.status, 200, answer.text);
  return JSON.parse(answer.text) as Json;
}

/** Without the attributes of the work tree, which the server does not heed. */
export function oracle(...args: string[]): Promise<Buffer> {
  return git.bytes(["-c", "core.bare=true", "--git-dir", `${clone}/.git`, ...args]);
}
