import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Secret } from "../../../src/model/secret.ts";
import type { Database } from "../../../src/storage/sql/database.ts";
import { type DatabaseSettings, openDatabase } from "../../../src/storage/sql/open-database.ts";
import {
  basic,
  type HttpAnswer,
  type HttpQuestion,
  sendRequest,
} from "../../support/clients/http-request.ts";
import type { RealGit } from "../../support/git/real-git.ts";
import type { WebhookReceiver } from "../../support/remote-servers/webhook-receiver.ts";
import { type DataLocation, type KillableServer, runPail, startKillable } from "./killable-server.ts";

export const EMAIL = "ann@example.test";
export const WORKSPACE = "team";
export const HOOK_EVENTS = [
  "repo:push",
  "repo:created",
  "repo:deleted",
  "repo:fork",
  "repo:imported",
  "pullrequest:created",
  "pullrequest:updated",
  "pullrequest:fulfilled",
];

/** What the server makes itself, so that its id is not known beforehand: a commit on a parent, a tag of a commit. */
export type Unseen = { readonly kind: "commit" | "tag"; readonly of: string | undefined };
export type Target = string | Unseen;
/** The refs of a repository, and its pull requests as `pullRequestEntry` makes them; undefined if there is no such repository. */
export type RepositoryState = ReadonlyMap<string, Target> | undefined;
export type SeenState = ReadonlyMap<string, string> | undefined;

/** A state that a change leads to, with the events that tell of it. */
export type Stage = { readonly state: RepositoryState; readonly told: readonly string[] };

export type RepositoryModel = {
  readonly slug: string;
  /** As it was acknowledged last. */
  state: RepositoryState;
  /** What was asked for and not acknowledged: none, some or all of it has happened, in this order and each wholly. */
  unsure: readonly Stage[];
  /** What was acknowledged since the last look, in order. */
  done: Stage[];
  /** The state at the last look, with the ids as they are. */
  seen: SeenState;
};

export type TokenModel = {
  readonly name: string;
  readonly text: string;
  readonly id: string;
  state: "works" | "revoked" | "unsure";
  /** Once more would give the same successor. */
  isRotated: boolean;
};

/** Everything that was asked of one data folder, over many lives of its server. */
export type World = {
  readonly location: DataLocation;
  readonly database: DatabaseSettings;
  readonly git: RealGit;
  /** A bare repository with all that is pushed and fetched. */
  readonly clone: string;
  readonly importSource: { readonly folder: string; readonly refs: ReadonlyMap<string, string> };
  readonly receiver: WebhookReceiver;
  readonly hookPath: string;
  readonly token: string;
  readonly repositories: Map<string, RepositoryModel>;
  readonly tokens: TokenModel[];
  /** The last delivery that has been looked at. */
  lastSequence: number;
  server: KillableServer;
  remove(): Promise<void>;
};

export type NewWorld = {
  readonly git: RealGit;
  readonly receiver: WebhookReceiver;
  readonly databaseUrl?: string | undefined;
  readonly workers?: number;
};

let worlds = 0;

export async function createWorld({ git, receiver, databaseUrl, workers = 1 }: NewWorld): Promise<World> {
  worlds += 1;
  const hookPath = `/killed-${worlds}`;
  const dataFolder = await mkdtemp(join(tmpdir(), "pail-killed-"));
  const location: DataLocation = { dataFolder, databaseUrl, workers };
  const run = async (...args: readonly string[]) => {
    const { status, stdout, stderr } = await runPail(location, args);
    assert.equal(status, 0, stderr);
    return stdout.trim();
  };
  await run("account", "create", "--email", EMAIL, "--username", "ann");
  await run("workspace", "create", "--slug", WORKSPACE, "--owner", EMAIL);
  const token = await run("token", "create", "--account", EMAIL, "--name", "all", "--scope", "all");
  const clone = git.newPath("everything");
  await git.out(["init", "--bare", "--quiet"], { folder: clone });
  const server = (await startKillable(location))!;
  const world: World = {
    location,
    database:
      databaseUrl === undefined
        ? { kind: "sqlite", path: join(dataFolder, "pail.sqlite") }
        : { kind: "postgres", url: new Secret(databaseUrl) },
    git,
    clone,
    importSource: await createImportSource(git),
    receiver,
    hookPath,
    token,
    repositories: new Map(),
    tokens: [],
    lastSequence: 0,
    server,
    remove: async () => {
      await world.server.kill();
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
  const hook = JSON.stringify({ url: receiver.url(world.hookPath), events: HOOK_EVENTS });
  const answer = await ask(world, `/2.0/workspaces/${WORKSPACE}/hooks`, { method: "POST", ...json(hook) });
  assert.equal(answer.status, 201, answer.text);
  return world;
}

async function createImportSource(git: RealGit): Promise<World["importSource"]> {
  const folder = git.newPath("import-source");
  await git.out(["init", "--quiet"], { folder });
  await git.out(["commit", "--quiet", "--allow-empty", "-m", "first"], { folder });
  await git.out(["branch", "older"], { folder });
  await git.out(["commit", "--quiet", "--allow-empty", "-m", "second"], { folder });
  await git.out(["tag", "v1"], { folder });
  const text = await git.out(["for-each-ref", "--format=%(refname) %(objectname)"], { folder });
  return { folder, refs: new Map(text.split("\n").map((line) => line.split(" ") as [string, string])) };
}

export function json(body: string): Pick<HttpQuestion, "body" | "headers"> {
  return { body, headers: { "Content-Type": "application/json" } };
}

/** @throws Error of the connection if the server is killed meanwhile. */
export function ask(world: World, path: string, question: HttpQuestion = {}): Promise<HttpAnswer> {
  return sendRequest(world.server.url, path, {
    ...question,
    headers: { Authorization: basic(EMAIL, world.token), ...question.headers },
  });
}

export function repositoryUrl(world: World, slug: string): string {
  const url = new URL(`/${WORKSPACE}/${slug}.git`, world.server.url);
  url.username = "x-bitbucket-api-token-auth";
  url.password = world.token;
  return url.href;
}

export async function withDatabase<T>(world: World, work: (database: Database) => Promise<T>): Promise<T> {
  const database = await openDatabase(world.database);
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}
