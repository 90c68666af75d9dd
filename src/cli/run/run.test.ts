// Unmodified clients with the https addresses of Bitbucket in them. One run has most of it: each costs a server.
import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { openPailCommand } from "../../../tests/support/server/pail-command.ts";

const pail = openPailCommand();
const leftFolders = () => readdirSync(pail.folder).filter((name) => name.startsWith("pail-run-"));

/** What each client prints, by the name that its line begins with. */
function linesOf(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    text
      .trim()
      .split("\n")
      .map((line) => [line.split(" ", 1)[0], line.slice(line.indexOf(" ") + 1)]),
  );
}

const NODE_CLIENTS = `
import fs from "node:fs";
const { token, email } = JSON.parse(fs.readFileSync(process.env.PAIL_CREDENTIALS, "utf8"));
const authorization = "Basic " + Buffer.from(email + ":" + token).toString("base64");
const url = "https://api.bitbucket.org/2.0/repositories/acme/demo";
const answer = await fetch(url, { headers: { authorization } });
console.log("fetch", answer.status, (await answer.json()).links.self.href);
const { request, Agent } = await import("node:https");
const statusOf = (options) => new Promise((done, failed) =>
  request(url, { headers: { authorization }, ...options }, (got) => done(got.resume().statusCode)).on("error", failed).end());
console.log("https", await statusOf({}));
console.log("agent", await statusOf({ agent: new Agent({ keepAlive: false }) }));
`;

const SCRIPT = `set -eu
field() { node -p 'JSON.parse(fs.readFileSync(process.env.PAIL_CREDENTIALS))["'"$1"'"]'; }
token=$(field token)
curl -sS -u "$(field email):$token" -o "$HOME/answer" -w 'curl %{http_code}\\n' https://api.bitbucket.org/2.0/user
curl -sS -o /dev/null -w 'plain %{http_code}\\n' http://api.bitbucket.org/2.0/hook_events
curl -sS -o /dev/null -w 'direct %{http_code}\\n' "$(field api_url)/hook_events"
git config --global credential.helper '!touch $HOME/asked; :'
git clone -q "https://x-bitbucket-api-token-auth:$token@bitbucket.org/acme/demo.git" "$HOME/demo"
git -C "$HOME/demo" -c user.name=A -c user.email=a@example.com commit -q --allow-empty -m More
git -C "$HOME/demo" push -q
echo "git $(git -C "$HOME/demo" ls-remote -q origin main | cut -f 2)"
if command -v python3 >/dev/null; then python3 -c 'import urllib.request
print("python", urllib.request.urlopen("https://api.bitbucket.org/2.0/hook_events").status)'; else echo python 200; fi
curl -sS -o /dev/null https://api.bitbucket.org/2.0/no-such-operation
curl -s -o /dev/null https://elsewhere.invalid/ || echo "elsewhere $?"
sleep 300 </dev/null >/dev/null 2>&1 & echo "left $!"
node --input-type=module --eval "$2"
"$1" control clock advance 400d >/dev/null
exec curl -f -s -o /dev/null -w 'later %{http_code}\\n' -u "$(field email):$token" https://api.bitbucket.org/2.0/user
`;

test("clients of all kinds reach the server by Bitbucket's own addresses, and their status is the run's", async () => {
  const program = join(import.meta.dirname, "..", "..", "..", "bin", "pail");
  const outcome = await pail.run(
    ["run", "--offline", "--log-file", "run.log", "--", "sh", "-c", SCRIPT, "sh", program, NODE_CLIENTS],
    // As where a proxy is there already, and an entry that would lead past the run's.
    { no_proxy: "intranet.example,.org", https_proxy: "http://127.0.0.1:1" },
  );
  const { left, ...lines } = linesOf(outcome.stdout);
  process.kill(Number(left));
  assert.deepEqual(
    lines,
    {
      curl: "200",
      plain: "200",
      direct: "200",
      git: "refs/heads/main",
      later: "401",
      python: "200",
      // Of curl: the proxy has refused it.
      elsewhere: "56",
      fetch: "200 https://api.bitbucket.org/2.0/repositories/acme/demo",
      https: "200",
      agent: "200",
    },
    outcome.stderr,
  );
  assert.equal(outcome.status, 22, outcome.stderr);
  assert.match(outcome.stderr, /^pail: \d\d requests, \d+ refused$/m);
  assert.match(outcome.stderr, /^pail: Operations that Pail does not have:\n {2}GET \/\{\} \(1\)$/m);
  assert.match(outcome.stderr, /^pail: Other hosts, refused:\n {2}elsewhere\.invalid:443$/m);
  assert.ok(outcome.stderr.includes(`  sleep (process ${left})\n`), outcome.stderr);
  assert.ok(!existsSync(join(pail.folder, "asked")), "a credential helper would keep the tokens");
  assert.deepEqual(leftFolders(), []);
  const log = readFileSync(join(pail.folder, "run.log"), "utf8");
  assert.match(log, /"msg":"request"/);
  assert.doesNotMatch(log, /run:[\w-]{32}@|proxy-authorization/i);
});

test("a run that is asked to end asks its command, and tells if nothing came through", async () => {
  const child = pail.start([
    "run",
    "--",
    "sh",
    "-c",
    'trap "exit 5" TERM; echo ready; while :; do sleep 0.1; done',
  ]);
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  await once(child.stdout, "data");
  child.kill("SIGTERM");
  const [status] = await once(child, "close");
  assert.equal(status, 5, said);
  assert.match(said, /^pail: sh made no request through Pail\n/);
  assert.deepEqual(leftFolders(), []);
});

test("a port that is taken is told, and nothing is left behind", async () => {
  const child = pail.start(["demo", "--port", "0", "--data", "other", "--credentials", "other.json"]);
  child.stdout.resume();
  child.stderr.resume();
  while (!existsSync(join(pail.folder, "other.json"))) await new Promise((done) => setTimeout(done, 50));
  try {
    const { port } = new URL(JSON.parse(readFileSync(join(pail.folder, "other.json"), "utf8")).url);
    const outcome = await pail.run(["run", "--port", port, "--", "true"]);
    assert.deepEqual([outcome.status, outcome.stdout], [1, ""]);
    assert.match(outcome.stderr, /another program listens there: choose a port with --port\n$/);
    assert.deepEqual(leftFolders(), []);
  } finally {
    child.kill();
    await once(child, "close");
  }
});

test("without a command nothing is started", async () => {
  for (const args of [["run"], ["run", "--"], ["run", "--port", "x", "--", "true"]]) {
    const outcome = await pail.run(args);
    assert.equal(outcome.status, 2, outcome.stderr);
  }
  writeFileSync(join(pail.folder, "no-program"), "");
  const outcome = await pail.run(["run", "./no-program", "--all"]);
  assert.deepEqual([outcome.status, outcome.stderr], [126, "pail: ./no-program: EACCES\n"]);
});
