// A script of git and curl is run with a token for everything while somebody watches. What is printed then has to be enough
// for the same script, and each scope of it necessary.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { test } from "node:test";
import { createToken } from "../support/examples/accounts.ts";
import { createFilledRepository, STATIC_USERNAME } from "../support/git/hosted-repository.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { startPailForFile } from "../support/server/pail-server.ts";

const pail = await startPailForFile();
const git = openRealGit();
const { credentials } = pail;
const { repository, folder } = await createFilledRepository(git, pail, { commits: 1 });

const tokenFile = git.newPath("token");
const script = git.newPath("release.sh");
/** Clones, pushes a branch, and asks for pull requests. Fails as soon as anything is refused. */
await writeFile(
  script,
  `set -eu
token=$(cat ${tokenFile})
clone=$(mktemp -d)/clone
url=$(printf %s ${repository.url} | sed "s|//[^/]*@|//|; s|//|//${STATIC_USERNAME}:$token@|")
export GIT_CONFIG_GLOBAL=/dev/null GIT_TERMINAL_PROMPT=0
git clone --quiet "$url" "$clone"
cd "$clone"
git -c user.name=Bot -c user.email=bot@example.test commit --quiet --allow-empty -m "$(date +%s%N)"
git push --quiet --force origin HEAD:refs/heads/bot/release
printf 'user = "${credentials.email}:%s"\\n' "$token" |
  curl --config - --fail --silent --show-error ${credentials.api_url}/repositories/${repository.fullName}/pullrequests >/dev/null
`,
);

async function runAs(token: string) {
  await writeFile(tokenFile, token, { mode: 0o600 });
  return record(["--json"], ["sh", script]);
}

/** What \`cli\` adds stands behind the command, where it is an argument of that. */
function record(options: readonly string[], command: readonly string[]) {
  const data = ["--data", pail.dataFolder];
  return pail.cli(["token", "record", watched.id, ...data, ...options, "--", ...command]);
}

const watched = await createToken(pail, credentials.email, ["all"]);

const SCOPES = ["read:pullrequest:bitbucket", "read:repository:bitbucket", "write:repository:bitbucket"];

test("scopes in both vocabularies, repositories and refs are told, and the command", async () => {
  const run = await runAs(watched.text);
  assert.equal(run.status, 0, run.stderr);
  const recorded = JSON.parse(run.stdout);
  assert.deepEqual(recorded.api_token_scopes, SCOPES);
  assert.deepEqual(recorded.oauth_scopes, ["pullrequest", "repository:write"]);
  assert.deepEqual(recorded.repositories, [repository.fullName]);
  assert.deepEqual([recorded.projects, recorded.workspaces], [[], []]);
  assert.deepEqual(recorded.refs, ["refs/heads/bot/release"]);
  for (const scope of SCOPES) assert.ok(recorded.command.includes(`--scope ${scope}`), recorded.command);
});

test("a token of these scopes runs the same, and one that lacks any of them does not", async () => {
  const enough = await createToken(pail, credentials.email, SCOPES);
  assert.equal((await runAs(enough.text)).status, 0);
  for (const left of SCOPES) {
    const { text } = await createToken(
      pail,
      credentials.email,
      SCOPES.filter((scope) => scope !== left),
    );
    assert.notEqual((await runAs(text)).status, 0, left);
  }
});

test("the printed command makes a token that runs the same, and reaches nothing else", async () => {
  const recorded = JSON.parse((await runAs(watched.text)).stdout);
  const split = ["-c", `printf '%s\\n' ${recorded.command}`];
  const words = execFileSync("sh", split, { encoding: "utf8" }).trimEnd().split("\n");
  assert.equal(words[0], "pail");
  const made = await pail.cli(words.slice(1));
  assert.equal(made.status, 0, made.stderr);
  const token = made.stdout.trim();
  const again = await runAs(token);
  assert.equal(again.status, 0, again.stderr);
  const elsewhere = await git.run(
    ["push", repository.urlAs(STATIC_USERNAME, token), "HEAD:refs/heads/other"],
    { folder },
  );
  assert.match(elsewhere.stderr, /the credential may change only refs that match refs\/heads\/bot\/release/);
  const other = await fetch(`${credentials.api_url}/repositories/${credentials.workspace}/demo`, {
    headers: { authorization: `Bearer ${token}` },
  });
  assert.equal(other.status, 404);
});

test("the operator asks what a token may, and what a request takes", async () => {
  const reading = await createToken(pail, credentials.email, ["read:repository"]);
  const request = `git push ${repository.fullName}`;
  const refused = await pail.cli(["token", "explain", request, "--token", reading.id]);
  assert.equal(refused.status, 0, refused.stderr);
  assert.match(refused.stdout, /^let in +no$/m);
  assert.match(refused.stdout, /403 Your credentials lack .* Missing: write:repository:bitbucket$/m);
  assert.match(refused.stdout, /use a token that also has write:repository:bitbucket/);
  const asked = await pail.cli(["token", "explain", `DELETE /2.0/repositories/${repository.fullName}`]);
  assert.match(asked.stdout, /^API token scopes +delete:repository:bitbucket$/m);
  assert.match(asked.stdout, /^OAuth scopes +repository:delete$/m);
  assert.match(asked.stdout, /^permission +admin$/m);
  const json = JSON.parse(
    (await pail.cli(["token", "explain", request, "--token", watched.id, "--json"])).stdout,
  );
  assert.deepEqual([json.route, json.allowed, json.held.permission], ["git-receive-pack", true, "admin"]);
  const nothing = await pail.cli(["token", "explain", "GET /2.0/nothing"]);
  assert.equal(nothing.status, 1);
});

test("an access token is watched like any other, and its command is that of access tokens", async () => {
  const where = ["--repository", repository.fullName, "--name", "deploy", "--expires", "1d"];
  const scopes = [
    "--scope",
    "repository:admin",
    "--scope",
    "repository:write",
    "--scope",
    "pullrequest:write",
  ];
  const made = await pail.cli(["access-token", "create", ...where, ...scopes]);
  assert.equal(made.status, 0, made.stderr);
  const listed = await pail.cli(["access-token", "list", "--repository", repository.fullName, "--json"]);
  const [{ id }] = JSON.parse(listed.stdout);
  const config = git.newPath("curl-config");
  const url = `${credentials.api_url}/repositories/${repository.fullName}`;
  await writeFile(config, `header = "Authorization: Bearer ${made.stdout.trim()}"\nurl = "${url}"\n`, {
    mode: 0o600,
  });
  const data = ["--data", pail.dataFolder];
  const curl = ["curl", "--config", config, "--fail", "--silent", "--show-error", "--output", "/dev/null"];
  const run = await pail.cli(["token", "record", id, ...data, "--json", "--", "sh", "-c", curl.join(" ")]);
  assert.equal(run.status, 0, run.stderr);
  const recorded = JSON.parse(run.stdout);
  assert.deepEqual(recorded.oauth_scopes, ["repository"]);
  assert.match(
    recorded.command,
    /^pail access-token create --repository \S+ --name 'deploy, least' --scope repository /,
  );
});

test("nothing is stored of a token that nobody watches any more, and the next recording begins anew", async () => {
  await writeFile(tokenFile, watched.text, { mode: 0o600 });
  const answer = await fetch(`${credentials.api_url}/user`, {
    headers: { authorization: `Bearer ${watched.text}` },
  });
  assert.equal(answer.status, 200);
  const run = await record(["--json"], ["true"]);
  assert.deepEqual(JSON.parse(run.stdout).api_token_scopes, []);
});

test("what the command returns is returned, and a command that is not there is told", async () => {
  assert.equal((await record([], ["sh", "-c", "exit 7"])).status, 7);
  const missing = await record([], ["/nowhere/at-all"]);
  assert.equal(missing.status, 2);
  assert.match(missing.stderr, /COMMAND \/nowhere\/at-all: .*ENOENT/);
});
