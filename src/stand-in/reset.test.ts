import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { after, before, test } from "node:test";
import { type CallRest, ownerOf } from "../../tests/support/clients/rest-callers.ts";
import { openRandom, type Random } from "../../tests/support/fuzzing/random.ts";
import { openRealGit } from "../../tests/support/git/real-git.ts";
import { type ControlledApp, startControlledApp } from "../../tests/support/server/controlled-app.ts";
import { readEverything } from "../../tests/support/server/read-everything.ts";

const SEED = 20_261_130;
const ROUNDS = 3;
const WRITES = 12;
const ROOTS = [
  "/user",
  "/user/permissions/workspaces",
  "/repositories/acme",
  "/workspaces/acme",
  "/workspaces/acme/projects",
  "/workspaces/acme/hooks",
  "/repositories/acme/demo/refs",
  "/repositories/acme/demo/commits",
  "/repositories/acme/demo/src/main/",
  "/repositories/acme/demo/pullrequests?state=OPEN&state=MERGED&state=DECLINED",
  "/repositories/acme/demo/downloads",
  "/repositories/acme/demo/hooks",
  "/repositories/acme/demo/branch-restrictions",
  "/repositories/acme/demo/forks",
];

let app: ControlledApp;
let rest: CallRest;
let cloneUrl: string;
const git = openRealGit();
before(async () => {
  app = await startControlledApp();
  ({ rest } = await ownerOf(app));
  const token = await app.token();
  cloneUrl = `http://owner:${token}@${new URL(app.url).host}/acme/demo.git`;
  await writeFile("main", "README.md", "hello\n");
  await writeFile("topic", "topic.md", "topic\n");
  await expectOk(rest("POST", "/repositories/acme/demo/refs/tags", { name: "v1", target: { hash: "main" } }));
  await expectOk(rest("POST", "/repositories/acme/demo/pullrequests", pullRequest("topic")));
  await app.standIn.snapshots.save("seed");
});
after(() => app.close());

async function expectOk(answer: ReturnType<CallRest>): Promise<void> {
  const { status, text } = await answer;
  assert.ok(status < 300, `${status} ${text}`);
}

const pullRequest = (branch: string) => ({ title: `From ${branch}`, source: { branch: { name: branch } } });

async function writeFile(branch: string, path: string, content: string): Promise<void> {
  const form = new FormData();
  form.set(path, content);
  form.set("branch", branch);
  form.set("message", `Write ${path}`);
  const token = await app.token();
  const authorization = `Basic ${Buffer.from(`owner@example.com:${token}`).toString("base64")}`;
  const answer = await fetch(`${app.url}/2.0/repositories/acme/demo/src`, {
    method: "POST",
    body: form,
    headers: { authorization },
  });
  assert.equal(answer.status, 201, await answer.text());
}

const R = "/repositories/acme/demo";

/** Some are refused, which is fine: what matters is that all is undone. */
const CHANGES: readonly ((random: Random, index: number) => Promise<unknown>)[] = [
  (random, index) => writeFile(random.pick(["main", "topic"]), `file-${random.below(3)}`, `${index}\n`),
  (_, index) => writeFile(`new-${index}`, "file", `${index}\n`),
  (_, index) => rest("POST", `${R}/refs/branches`, { name: `branch-${index}`, target: { hash: "main" } }),
  (_, index) =>
    rest("POST", `${R}/refs/tags`, { name: `tag-${index}`, target: { hash: "topic" }, message: "m" }),
  () => rest("DELETE", `${R}/refs/tags/v1`),
  () => rest("POST", `${R}/pullrequests/1/merge`, {}),
  () => rest("POST", `${R}/pullrequests/1/decline`),
  () => rest("POST", `${R}/pullrequests/1/comments`, { content: { raw: "said" } }),
  () => rest("POST", `${R}/pullrequests/1/approve`),
  () => rest("POST", `${R}/hooks`, { url: "http://127.0.0.1:9/", active: true, events: ["repo:push"] }),
  (_, index) => rest("POST", `/repositories/acme/made-${index}`, { scm: "git" }),
  (_, index) => rest("POST", `${R}/forks`, { name: `fork-${index}`, workspace: { slug: "acme" } }),
  () => rest("DELETE", R),
  () => rest("PUT", R, { description: "changed" }),
  () => rest("POST", "/workspaces/acme/projects", { key: "NEW", name: "New" }),
];

test("after any writes, a reset gives back all that REST answers, and the same clone", async () => {
  const wanted = await readEverything(rest, app.url, ROOTS);
  assert.ok(wanted.size > 40, `${wanted.size} URLs`);
  const wantedRefs = await git.out(["ls-remote", cloneUrl]);
  for (let round = 0; round < ROUNDS; round += 1) {
    const random = openRandom(SEED, round);
    for (let index = 0; index < WRITES; index += 1)
      await random
        .pick(CHANGES)(random, index)
        .catch(() => {});
    // Read, so that whatever caches an answer has one that must not be given again.
    const changed = await readEverything(rest, app.url, ROOTS);
    await git.run(["clone", "-q", cloneUrl, git.newPath("changed")]);
    assert.notDeepEqual(changed, wanted);
    assert.equal((await app.control("POST", "/reset")).status, 204);
    assert.deepEqual(await readEverything(rest, app.url, ROOTS), wanted, `round ${round}, seed ${SEED}`);
    assert.equal(await git.out(["ls-remote", cloneUrl]), wantedRefs);
    const clone = git.newPath("clone");
    await git.out(["clone", "-q", "--mirror", cloneUrl, clone]);
    await git.out(["fsck", "--strict"], { folder: clone });
  }
});

test("a generation of refs that comes again with other commits is another one", async () => {
  for (const content of ["one", "two", "three"]) {
    await writeFile("main", "again.txt", content);
    const folder = git.newPath("again");
    await git.out(["clone", "-q", cloneUrl, folder]);
    assert.equal(await git.out(["show", "HEAD:again.txt"], { folder }), content);
    const { json } = await rest("GET", `${R}/commits/main`);
    assert.equal(json.values[0].hash, await git.out(["rev-parse", "HEAD"], { folder }));
    await app.standIn.reset();
    const gone = await rest("GET", `${R}/commit/${json.values[0].hash}`);
    assert.equal(gone.status, 404, "a commit that was made after the seed");
  }
});

test("a snapshot brings back its own state, and its clock", async () => {
  await app.standIn.reset();
  await writeFile("main", "kept.txt", "kept\n");
  await app.control("POST", "/clock/advance", { by: "10d" });
  const saved = await app.control("PUT", "/snapshots/ten-days");
  assert.equal(saved.status, 200);
  const wanted = await readEverything(rest, app.url, ROOTS);
  await app.control("POST", "/reset");
  assert.equal((await rest("GET", `${R}/src/main/kept.txt`)).status, 404);
  assert.equal((await app.control("POST", "/snapshots/ten-days/restore")).status, 204);
  assert.deepEqual(await readEverything(rest, app.url, ROOTS), wanted);
  assert.ok(app.standIn.clock.now().getTime() >= Date.parse(saved.json.saved_on));
  assert.deepEqual(
    (await app.control("GET", "/snapshots")).json.map(({ name }: { name: string }) => name),
    ["seed", "ten-days"],
  );
  assert.equal((await app.control("DELETE", "/snapshots/ten-days")).status, 204);
  await app.standIn.reset();
});

for (const [method, path, status, message] of [
  ["POST", "/snapshots/nothing/restore", 404, /no snapshot "nothing"/],
  ["DELETE", "/snapshots/nothing", 404, /no snapshot/],
  ["DELETE", "/snapshots/seed", 409, /what a reset leads back to/],
  ["PUT", "/snapshots/..", 400, /name: must be/],
  ["PUT", `/snapshots/${"x".repeat(65)}`, 400, /name: must be/],
] as const)
  test(`${method} ${path.slice(0, 40)} is refused`, async () => {
    const answer = await app.control(method, path.replace("..", "%2E%2E%2F"));
    assert.equal(answer.status, status);
    assert.match(answer.json.error.message, message);
  });

test("requests and resets at the same time: none is answered by half of either", async () => {
  await app.standIn.reset();
  const hash = (await rest("GET", `${R}/refs/branches/main`)).json.target.hash;
  const statuses = await Promise.all(
    Array.from({ length: 40 }, async (_, index) => {
      if (index % 8 === 7) return (await app.control("POST", "/reset")).status;
      if (index % 2 === 0) return (await rest("GET", `${R}/commits`)).status;
      return (await rest("POST", `${R}/refs/branches`, { name: `b-${index}`, target: { hash: "main" } }))
        .status;
    }),
  );
  assert.deepEqual([...new Set(statuses)].sort(), [200, 201, 204]);
  await app.standIn.reset();
  const { json } = await rest("GET", `${R}/refs/branches`);
  assert.deepEqual(json.values.map(({ name }: { name: string }) => name).sort(), ["main", "topic"]);
  assert.equal(json.values[0].target.hash, hash);
});

test("a hundred resets leave no files, descriptors or rows behind", async () => {
  const open = () => readdirSync("/proc/self/fd").length;
  const files = () => readdirSync(app.ports.config.dataFolder, { recursive: true }).length;
  await app.standIn.reset();
  const [filesBefore, openBefore] = [files(), open()];
  for (let index = 0; index < 100; index += 1) {
    if (index % 10 === 0) await writeFile("main", "file", `${index}\n`);
    await app.standIn.reset();
  }
  assert.ok(files() <= filesBefore + 2, `${files()} files in place of ${filesBefore}`);
  assert.ok(open() <= openBefore + 5, `${open()} descriptors in place of ${openBefore}`);
  assert.deepEqual(
    app.logLines.filter(({ level }) => (level as number) >= 50),
    [],
  );
});
