import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { installPublishedClient } from "../../support/clients/published-client.ts";
import { openDemoRestClient, type RestClient, valueAt, valuesOf } from "../../support/clients/rest-client.ts";
import { addMember, createAccount, createToken } from "../../support/examples/accounts.ts";
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

/**
 * Renovate from npm, unmodified, over a repository on Pail that depends on another one. What it did is read from the
 * server: refs, commits, statuses, pull requests and the log.
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
  automerge: true,
};

/** The same repository twice: looked up over REST, and over git. */
function versionsFile(version: string): string {
  return `acme/library ${version} from bitbucket-tags\nhttps://bitbucket.org/acme/library ${version} from git-tags\n`;
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

const REST = "/2.0/repositories/:workspace/:repo_slug";

/** What its first run must have asked for, all of it with its own token. */
const EXPECTED_REQUESTS = [
  "GET /2.0/user 200",
  `GET ${REST} 200`,
  "POST /:workspace/:repo_slug/git-upload-pack 200",
  `GET ${REST}/refs/tags 200`,
  "POST /:workspace/:repo_slug/git-receive-pack 200",
  `GET ${REST}/refs/branches/* 200`,
  `GET ${REST}/commit/:commit/statuses 200`,
  `POST ${REST}/commit/:commit/statuses/build 201`,
  `GET ${REST}/pullrequests 200`,
  `GET ${REST}/effective-default-reviewers 200`,
  `POST ${REST}/pullrequests 201`,
];
/** What changes nothing. */
const READING = /^(GET|POST \/:workspace\/:repo_slug\/git-upload-pack) /;

/** An account that is asked to review whatever Renovate proposes. */
async function addDefaultReviewer(pail: PailServer, rest: RestClient): Promise<string> {
  const reviewer = await createAccount(pail, "reviewer");
  await addMember(pail, reviewer.email, "read");
  const members = valuesOf((await rest("/workspaces/acme/members")).json());
  const member = members.find((each) => valueAt(each, "user.nickname") === reviewer.username);
  assert.ok(member !== undefined);
  const uuid = String(valueAt(member, "user.uuid"));
  const path = `/repositories/acme/demo/default-reviewers/${encodeURIComponent(uuid)}`;
  const answer = await rest(path, { method: "PUT" });
  assert.equal(answer.status, 200, answer.text);
  return uuid;
}

test("Renovate proposes the newer tag in a pull request, merges it when its build is green, and then leaves all as it is", {
  skip,
}, async () => {
  assert.ok(client.kind === "installed");
  const { packagesFolder } = client;
  const pail = await startPailForFile();
  const git = openRealGit();
  const { credentials } = pail;
  const rest = openDemoRestClient(pail);
  const demoUrl = cloneUrl(pail, "acme/demo", "demo", credentials.token);
  const base = await pushRepositories(git, pail, demoUrl);
  const reviewer = await addDefaultReviewer(pail, rest);
  const refsBefore = await serverRefs(git, demoUrl);

  const token = await createToken(pail, credentials.email, SCOPES);
  const home = git.newPath("renovate-home");
  await mkdir(join(home, "base"), { recursive: true });
  await writeFile(join(home, ".gitconfig"), gitConfig(`x-bitbucket-api-token-auth:${token.text}`));
  const environment = renovateEnvironment(home, credentials.url, credentials.email, token.text);

  /** @returns what it printed, what it has asked, and which of that was refused. */
  async function run() {
    const before = loggedRequests(pail).length;
    const printed = await runRenovate(packagesFolder, environment);
    const requests = loggedRequests(pail).slice(before);
    const lines = requestLines(requests.filter((request) => request.token === token.id));
    const refusals = new Set(requestLines(requests.filter(({ status }) => status >= 400)));
    // git asks without a credential first.
    assert.deepEqual(refusals, new Set(["GET /:workspace/:repo_slug/info/refs 401"]), printed);
    return { printed, lines };
  }
  const pullRequests = async () =>
    valuesOf((await rest("/repositories/acme/demo/pullrequests?state=OPEN&state=MERGED")).json());
  const show = async (args: readonly string[]) => {
    const look = git.newPath("look.git");
    await git.out(["clone", "--quiet", "--bare", demoUrl, look]);
    return git.out(["--git-dir", look, ...args]);
  };

  const first = await run();
  const missing = EXPECTED_REQUESTS.filter((line) => !first.lines.includes(line));
  assert.deepEqual(missing, [], `not among\n${first.lines.join("\n")}\n${first.printed}`);

  // It has made the branch: one ref more, with one commit on top of main, and nothing else has changed.
  const refs = await serverRefs(git, demoUrl);
  const tip = refs.get("refs/heads/renovate/library");
  assert.ok(tip !== undefined, first.printed);
  assert.deepEqual(refs, new Map([...refsBefore, ["refs/heads/renovate/library", tip]]));
  assert.equal(
    await show(["log", "-1", "--format=%P %an <%ae>", tip]),
    `${base} ${environment.RENOVATE_GIT_AUTHOR}`,
  );
  assert.equal(await show(["diff", "--name-only", base, tip]), "versions.txt");
  assert.equal(`${await show(["show", `${tip}:versions.txt`])}\n`, versionsFile("v1.1.0"));

  // It has reported a status of its own for the new commit.
  const statuses = (await rest(`/repositories/acme/demo/commit/${tip}/statuses`)).json();
  const reported = valuesOf(statuses).map(({ key, state }) => [key, state]);
  assert.deepEqual(reported, [["renovate/stability-days", "SUCCESSFUL"]]);

  // It has created a pull request, and asks the default reviewer.
  const [created, ...others] = await pullRequests();
  assert.ok(created !== undefined && others.length === 0);
  const whole = (await rest(String(valueAt(created, "links.self.href")))).json();
  assert.deepEqual(
    [whole.state, valueAt(whole, "source.branch.name"), valueAt(whole, "source.commit.hash")],
    ["OPEN", "renovate/library", tip.slice(0, 12)],
  );
  assert.deepEqual(
    (whole.reviewers as readonly { uuid: string }[]).map(({ uuid }) => uuid),
    [reviewer],
  );

  // With a green build of somebody else, the second run merges it.
  const build = { key: "build", state: "SUCCESSFUL", url: "https://ci.example.test/1" };
  const posted = await rest(`/repositories/acme/demo/commit/${tip}/statuses/build`, {
    method: "POST",
    json: build,
  });
  assert.equal(posted.status, 201);
  const second = await run();
  assert.ok(second.lines.includes(`POST ${REST}/pullrequests/:pull_request_id/merge 200`), second.printed);
  const merged = await pullRequests();
  assert.deepEqual(
    merged.map(({ id, state }) => [id, state]),
    [[whole.id, "MERGED"]],
  );
  const refsAfter = await serverRefs(git, demoUrl);
  assert.deepEqual([...refsAfter.keys()], [...refsBefore.keys()]);
  const main = await show(["log", "-1", "--format=%P%n%B", "main"]);
  assert.equal(
    main.trimEnd(),
    `${base} ${tip}\nMerged in renovate/library (pull request #${whole.id})\n\n${whole.title}`,
  );
  assert.equal(`${await show(["show", "main:versions.txt"])}\n`, versionsFile("v1.1.0"));

  // The third has nothing to do.
  const third = await run();
  assert.deepEqual(
    third.lines.filter((line) => !READING.test(line)),
    [],
    third.printed,
  );
  assert.deepEqual(await serverRefs(git, demoUrl), refsAfter);
  assert.deepEqual(await pullRequests(), merged);
});
