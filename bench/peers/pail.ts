import { cp } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../measure/command.ts";
import type { GitEndpoint } from "../measure/git-request.ts";
import { basicAuthorization, type HttpRequest } from "../measure/http-request.ts";
import { awaitLine, startServer } from "./server-process.ts";

const PAIL = new URL("../../bin/pail", import.meta.url).pathname;
const EMAIL = "bench@example.com";
const STATIC_USERNAME = "x-bitbucket-api-token-auth";
export const WORKSPACE = "bench";

type Environment = Readonly<Record<string, string>>;

/** A data folder with an account, a workspace and a token, made by the command line as a user would. */
export type PailData = {
  readonly folder: string;
  readonly token: string;
  /** Of servers and commands over it: a database, an object store. */
  readonly environment: Environment;
  import(gitDir: string, name: string): Promise<void>;
  /** Another one with the same account and token, while nothing has it open. */
  copyTo(folder: string): Promise<PailData>;
};

export type Pail = {
  readonly processId: number;
  readonly url: string;
  /** From the start of the process until it said where it listens. */
  readonly startMs: number;
  /** With the token, as git sends it. */
  git(repository: string): GitEndpoint;
  /** With the token in the URL. */
  cloneUrl(repository: string): string;
  /** Below `/2.0`, with the token, as REST takes it. */
  rest(path: string): HttpRequest;
  stop(): Promise<void>;
};

export async function createPailData(folder: string, environment: Environment = {}): Promise<PailData> {
  const cli = (args: readonly string[]) => run(PAIL, [...args, "--data", folder], { environment });
  await cli(["account", "create", "--email", EMAIL, "--username", "bench", "--name", "Bench"]);
  await cli(["workspace", "create", "--slug", WORKSPACE, "--owner", EMAIL]);
  const scopes = ["--scope", "read:repository,write:repository,read:pullrequest,write:pullrequest"];
  const token = await cli(["token", "create", "--account", EMAIL, "--name", "bench", ...scopes]);
  return openPailData(folder, token.trim(), environment);
}

/** The same data for another node: with a folder of its own, which is a cache. */
export function onAnotherNode(data: PailData, folder: string): PailData {
  return openPailData(folder, data.token, data.environment);
}

function openPailData(folder: string, token: string, environment: Environment): PailData {
  return {
    folder,
    token,
    environment,
    async import(gitDir, name) {
      const args = ["repository", "import", gitDir, "--workspace", WORKSPACE, "--name", name];
      await run(PAIL, [...args, "--data", folder], { environment });
    },
    async copyTo(target) {
      await cp(folder, target, { recursive: true });
      return openPailData(target, token, environment);
    },
  };
}

let workersFlag: Promise<boolean> | undefined;

/** Whether this Pail can serve with several processes. */
export function takesWorkers(): Promise<boolean> {
  workersFlag ??= run(PAIL, ["serve", "--help"]).then((help) => help.includes("--workers"));
  return workersFlag;
}

/** @param workers how many processes serve; undefined for what Pail does by itself. */
export async function startPail(
  { folder, token, environment }: PailData,
  workers: number | undefined,
): Promise<Pail> {
  const args = ["serve", "--data", folder, "--port", "0"];
  if (workers !== undefined && (await takesWorkers())) args.push("--workers", String(workers));
  const started = performance.now();
  const server = startServer(PAIL, args, join(folder, "..", "pail.log"), environment);
  const [, url] = await awaitLine(server, /^Pail listens on (http:\S+)/m);
  const startMs = performance.now() - started;
  return {
    processId: server.id,
    url: url!,
    startMs,
    git: (repository) => ({
      url: `${url}/${WORKSPACE}/${repository}.git`,
      authorization: basicAuthorization(STATIC_USERNAME, token),
    }),
    cloneUrl(repository) {
      const cloneUrl = new URL(`/${WORKSPACE}/${repository}.git`, url);
      cloneUrl.username = STATIC_USERNAME;
      cloneUrl.password = token;
      return cloneUrl.href;
    },
    rest: (path) => ({
      url: `${url}/2.0${path}`,
      headers: { authorization: basicAuthorization(EMAIL, token) },
    }),
    stop: server.stop,
  };
}
