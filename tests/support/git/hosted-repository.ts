import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { openDemoRestClient } from "../clients/rest-client.ts";
import type { PailServer } from "../server/pail-server.ts";
import type { RealGit } from "./real-git.ts";

export const STATIC_USERNAME = "x-bitbucket-api-token-auth";
export const NO_OBJECT = "0".repeat(40);

/** An empty repository on the server under test. */
export interface HostedRepository {
  readonly slug: string;
  readonly fullName: string;
  /** The path below the server's origin, with `.git`. */
  readonly path: string;
  /** With the static user name and the demo account's token of all scopes. */
  readonly url: string;
  readonly anonymousUrl: string;
  urlAs(username: string, password?: string): string;
}

let created = 0;

/** A clone URL with these names in it. */
export function cloneUrl(pail: PailServer, fullName: string, username?: string, password?: string): string {
  const url = new URL(`/${fullName}.git`, pail.credentials.url);
  if (username !== undefined) url.username = username;
  if (password !== undefined) url.password = password;
  return url.href;
}

export function describeRepository(pail: PailServer, fullName: string): HostedRepository {
  return {
    slug: fullName.split("/")[1] ?? "",
    fullName,
    path: `/${fullName}.git`,
    url: cloneUrl(pail, fullName, STATIC_USERNAME, pail.credentials.token),
    anonymousUrl: cloneUrl(pail, fullName),
    urlAs: (username, password) => cloneUrl(pail, fullName, username, password),
  };
}

/** Creates a repository in the demo workspace through the API. Private unless said otherwise. */
export async function createHostedRepository(
  pail: PailServer,
  options: { isPrivate?: boolean; name?: string } = {},
): Promise<HostedRepository> {
  created += 1;
  const slug = options.name ?? `hosted-${created}`;
  const fullName = `${pail.credentials.workspace}/${slug}`;
  const answer = await openDemoRestClient(pail)(`/repositories/${fullName}`, {
    method: "POST",
    json: { scm: "git", is_private: options.isPrivate ?? true },
  });
  assert.equal(answer.status, 200, answer.text);
  return describeRepository(pail, fullName);
}

let seconds = Date.UTC(2026, 0, 1) / 1000;

/** Writes the files, commits them a minute after the commit before, and returns the new commit's ObjectId. */
export async function commitFiles(
  git: RealGit,
  folder: string,
  files: Readonly<Record<string, string | Uint8Array>>,
  message: string,
): Promise<string> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  seconds += 60;
  const date = `${seconds} +0000`;
  await git.out(["add", "--all"], { folder });
  await git.out(["commit", "--quiet", "--allow-empty", "-m", message], {
    folder,
    environment: { GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date },
  });
  return git.out(["rev-parse", "HEAD"], { folder });
}

/** A new local repository on branch `main` whose `origin` is the hosted one. Nothing is pushed. */
export async function initClone(git: RealGit, repository: HostedRepository): Promise<string> {
  const folder = git.newPath("clone");
  await git.out(["init", "--quiet"], { folder });
  await git.out(["remote", "add", "origin", repository.url], { folder });
  return folder;
}

/** A hosted repository with `commits` commits on `main`, pushed; and the clone they came from. */
export async function createFilledRepository(
  git: RealGit,
  pail: PailServer,
  options: { isPrivate?: boolean; commits?: number } = {},
): Promise<{ repository: HostedRepository; folder: string; ids: readonly string[] }> {
  const repository = await createHostedRepository(pail, options);
  const folder = await initClone(git, repository);
  const ids: string[] = [];
  for (let number = 1; number <= (options.commits ?? 2); number += 1) {
    ids.push(
      await commitFiles(git, folder, { [`file-${number}.txt`]: `content ${number}\n` }, `Commit ${number}`),
    );
  }
  await git.out(["push", "--quiet", "--set-upstream", "origin", "main"], { folder });
  return { repository, folder, ids };
}

export async function cloneOf(git: RealGit, url: string, args: readonly string[] = []): Promise<string> {
  const folder = git.newPath("clone");
  await git.out(["clone", "--quiet", ...args, url, folder]);
  return folder;
}

/** The refs the server advertises: name to ObjectId, without `HEAD` and the peeled `^{}` lines. */
export async function serverRefs(git: RealGit, url: string): Promise<ReadonlyMap<string, string>> {
  const refs = new Map<string, string>();
  for (const line of (await git.out(["ls-remote", url])).split("\n")) {
    const [id, name] = line.split("\t");
    if (id && name && name !== "HEAD" && !name.endsWith("^{}")) refs.set(name, id);
  }
  return refs;
}

/** The branch that `HEAD` of the server names, or undefined if it advertises none. */
export async function serverHead(git: RealGit, url: string): Promise<string | undefined> {
  const text = await git.out(["ls-remote", "--symref", url, "HEAD"]);
  return /^ref: (\S+)\tHEAD$/m.exec(text)?.[1];
}
