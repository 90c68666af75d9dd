import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { ROUTES } from "../../../src/rest/routes.ts";
import { installPublishedClient } from "../../support/clients/published-client.ts";
import { openDemoRestClient, valuesOf } from "../../support/clients/rest-client.ts";
import { createToken } from "../../support/examples/accounts.ts";
import {
  cloneOf,
  cloneUrl,
  commitFiles,
  createHostedRepository,
  initClone,
  serverRefs,
} from "../../support/git/hosted-repository.ts";
import { openRealGit, type RealGit } from "../../support/git/real-git.ts";
import { type PailServer, startPailForFile } from "../../support/server/pail-server.ts";
import { loggedRequests, requestLines } from "../../support/server/request-log.ts";
import { startPullRequestList } from "./pull-request-list.ts";

/**
 * Renovate from npm, unmodified, over a repository on Pail that depends on another one. What it did is read from the
 * server: refs, commits, statuses and the log.
 *
 * It is given the real names, `api.bitbucket.org` and `bitbucket.org`, and Pail as its HTTP proxy. It makes the clone URL
 * out of the endpoint's host name, always with `https://` and without a port, so an endpoint on 127.0.0.1 would give a
 * URL without a host. Since Pail has no TLS, git's own `insteadOf` makes `http://` of that `https://`.
 */
const client = await installPublishedClient(import.meta.dirname);
const skip = client.kind === "impossible" ? client.reason : false;

const SCOPES = [
  "read:user",
  "read:workspace",
  "read:repository",
  "write:repository",
  "read:pullrequest",
  "write:pullrequest",
];
const CONFIG = {
  enabledManagers: ["custom.regex"],
  customManagers: [
    {
      customType: "regex",
      managerFilePatterns: ["/^versions\\.txt$/"],
      matchStrings: ["(?<depName>\\S+) (?<currentValue>\\S+) from (?<datasource>\\S+)"],
    },
  ],
  // Its check of this is what it asks for statuses of a commit, and reports as one.
  minimumReleaseAge: "3 days",
  // git tells no dates of tags.
  minimumReleaseAgeBehaviour: "timestamp-optional",
  packageRules: [{ matchPackageNames: ["*"], groupName: "library" }],
  // It would ask https://api.bitbucket.org for the notes of a release.
  fetchChangeLogs: "off",
  // They belong to pull requests, which Pail does not have.
  bbUseDefaultReviewers: false,
};
/** The same repository twice: looked up over REST, and over git. */
function versionsFile(version: string): string {
  return `acme/library ${version} from bitbucket-tags\nhttps://bitbucket.org/acme/library ${version} from git-tags\n`;
}

const PULL_REQUESTS = "/2.0/repositories/{workspace}/{repo_slug}/pullrequests";

function hasRoute(method: string, path: string): boolean {
  return ROUTES.some((route) => route.method === method && route.path === path);
}

/**
 * For git: `http://` in place of `https://`, both where Renovate has written the credential into the URL (it does for its
 * clone, encoded) and where it has none (it looks up tags of other repositories so).
 */
function gitConfig(login: string): string {
  return [
    `[url "http://${login}@bitbucket.org/"]`,
    `insteadOf = https://${login.replace("=", "%3D")}@bitbucket.org/`,
    "insteadOf = https://bitbucket.org/\n",
  ].join("\n");
}

function renovateEnvironment(home: string, proxy: string, email: string, token: string) {
  return {
    PATH: `${dirname(process.execPath)}:${process.env.PATH ?? ""}`,
    HOME: home,
    TMPDIR: home,
    LC_ALL: "C.UTF-8",
    HTTP_PROXY: proxy,
    LOG_LEVEL: "debug",
    RENOVATE_PLATFORM: "bitbucket",
    RENOVATE_ENDPOINT: "http://api.bitbucket.org/",
    RENOVATE_USERNAME: email,
    RENOVATE_PASSWORD: token,
    RENOVATE_BASE_DIR: join(home, "base"),
    RENOVATE_GIT_AUTHOR: "Renovate <renovate@example.test>",
  };
}

/** Renovate ends with 1 if a repository could not be done as a whole, so its status tells nothing here. */
async function runRenovate(packagesFolder: string, environment: NodeJS.ProcessEnv): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const program = join(packagesFolder, "renovate", "dist", "renovate.js");
  const child = spawn(process.execPath, [program, "acme/demo"], { env: environment, stdio: "pipe" });
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      printed += text;
    });
  }
  child.on("error", reject);
  child.on("close", () => resolve(printed));
  return promise;
}

/** A repository with the tags v1.0.0 and v1.1.0, and `acme/demo` with a dependency on the first. */
async function pushRepositories(git: RealGit, pail: PailServer, demoUrl: string): Promise<string> {
  const library = await initClone(git, await createHostedRepository(pail, { name: "library" }));
  await commitFiles(git, library, { "README.md": "one\n" }, "One");
  await git.out(["tag", "v1.0.0"], { folder: library });
  await commitFiles(git, library, { "README.md": "two\n" }, "Two");
  await git.out(["tag", "-a", "-m", "Release", "v1.1.0"], { folder: library });
  await git.out(["push", "--quiet", "origin", "main", "--tags"], { folder: library });

  const demo = await cloneOf(git, demoUrl);
  const files = { "renovate.json": JSON.stringify(CONFIG), "versions.txt": versionsFile("v1.0.0") };
  const base = await commitFiles(git, demo, files, "Depend on the library");
  await git.out(["push", "--quiet", "origin", "main"], { folder: demo });
  return base;
}

/** What it must have asked for, all of it with its own token. */
const EXPECTED_REQUESTS = [
  "GET /2.0/user 200",
  "GET /2.0/repositories/:workspace/:repo_slug 200",
  "POST /:workspace/:repo_slug/git-upload-pack 200",
  "GET /2.0/repositories/:workspace/:repo_slug/refs/tags 200",
  "POST /:workspace/:repo_slug/git-receive-pack 200",
  "GET /2.0/repositories/:workspace/:repo_slug/refs/branches/* 200",
  "GET /2.0/repositories/:workspace/:repo_slug/commit/:commit/statuses 200",
  "POST /2.0/repositories/:workspace/:repo_slug/commit/:commit/statuses/build 201",
];
/** What it is refused: git asks without a credential first, and the pull request is where it stops. */
const EXPECTED_REFUSALS = [
  "GET /:workspace/:repo_slug/info/refs 401",
  ...(hasRoute("POST", PULL_REQUESTS) ? [] : ["POST none 404"]),
];

test("Renovate clones, finds the newer tag, pushes a branch, asks for its statuses and reports one", {
  skip,
}, async () => {
  assert.ok(client.kind === "installed");
  const pail = await startPailForFile();
  const git = openRealGit();
  const { credentials } = pail;
  const demoUrl = cloneUrl(pail, "acme/demo", "demo", credentials.token);
  const base = await pushRepositories(git, pail, demoUrl);
  const refsBefore = await serverRefs(git, demoUrl);

  const token = await createToken(pail, credentials.email, SCOPES);
  const home = git.newPath("renovate-home");
  await mkdir(join(home, "base"), { recursive: true });
  await writeFile(join(home, ".gitconfig"), gitConfig(`x-bitbucket-api-token-auth:${token.text}`));
  const proxy = hasRoute("GET", PULL_REQUESTS)
    ? credentials.url
    : await startPullRequestList(credentials.url);
  const environment = renovateEnvironment(home, proxy, credentials.email, token.text);

  const requestsBefore = loggedRequests(pail).length;
  const printed = await runRenovate(client.packagesFolder, environment);
  const requests = loggedRequests(pail).slice(requestsBefore);

  // It has made the branch: one ref more, with one commit on top of main, and nothing else has changed.
  const refs = await serverRefs(git, demoUrl);
  const tip = refs.get("refs/heads/renovate/library");
  assert.ok(tip !== undefined, printed);
  assert.deepEqual(refs, new Map([...refsBefore, ["refs/heads/renovate/library", tip]]));
  const look = git.newPath("look.git");
  await git.out(["clone", "--quiet", "--bare", demoUrl, look]);
  const show = (args: readonly string[]) => git.out(["--git-dir", look, ...args]);
  assert.equal(
    await show(["log", "-1", "--format=%P %an <%ae>", tip]),
    `${base} ${environment.RENOVATE_GIT_AUTHOR}`,
  );
  assert.equal(await show(["diff", "--name-only", base, tip]), "versions.txt");
  assert.equal(`${await show(["show", `${tip}:versions.txt`])}\n`, versionsFile("v1.1.0"));

  // It has reported a status of its own for the new commit.
  const statuses = (await openDemoRestClient(pail)(`/repositories/acme/demo/commit/${tip}/statuses`)).json();
  const reported = valuesOf(statuses).map(({ key, state }) => [key, state]);
  assert.deepEqual(reported, [["renovate/stability-days", "SUCCESSFUL"]]);

  const lines = requestLines(requests.filter((request) => request.token === token.id));
  const missing = EXPECTED_REQUESTS.filter((line) => !lines.includes(line));
  assert.deepEqual(missing, [], `not among\n${lines.join("\n")}\n${printed}`);
  const refusals = new Set(requestLines(requests.filter(({ status }) => status >= 400)));
  assert.deepEqual(refusals, new Set(EXPECTED_REFUSALS));

  // A second run finds the branch as it should be, and leaves it.
  await runRenovate(client.packagesFolder, environment);
  assert.deepEqual(await serverRefs(git, demoUrl), refs);
});
