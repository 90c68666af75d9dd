import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { basic } from "../../tests/support/clients/http-request.ts";
import { waitUntil } from "../../tests/support/processes/process-table.ts";
import { startPail } from "./start-pail.ts";

const SEED = {
  accounts: [{ email: "ada@example.com", username: "ada", name: "Ada Example" }],
  workspaces: [{ slug: "team", owner: "ada@example.com" }],
  repositories: [
    { workspace: "team", name: "site", commits: [{ message: "First", files: { "README.md": "hello\n" } }] },
  ],
  tokens: [
    {
      account: "ada@example.com",
      name: "ci",
      scopes: ["read:repository", "write:repository", "read:user", "read:webhook", "write:webhook"],
      expires: "30d",
    },
  ],
};

const folder = mkdtempSync(join(tmpdir(), "pail-start-"));
after(() => rmSync(folder, { recursive: true, force: true }));

for (const inProcess of [false, true]) {
  const where = inProcess ? "in this process" : "in a process of its own";

  test(`a seeded server ${where}: clock, faults, requests, webhooks, snapshots, reset`, async () => {
    await using pail = await startPail({ seed: SEED, inProcess });
    assert.equal(pail.email, "ada@example.com");
    assert.equal(pail.tokens.ci, pail.token);
    const headers = { authorization: basic(pail.email, pail.token), "content-type": "application/json" };
    const call = async (method: string, path: string, body?: object) => {
      const sent = body === undefined ? {} : { body: JSON.stringify(body) };
      const answer = await fetch(`${pail.apiUrl}${path}`, { method, headers, ...sent });
      await answer.arrayBuffer();
      return answer.status;
    };
    assert.equal(await call("GET", "/user"), 200);
    await pail.clock.advance("40d");
    assert.equal(await call("GET", "/user"), 401, "the token has expired");
    await pail.reset();
    assert.equal(await call("GET", "/user"), 200);

    await pail.faults.add({ route: "/2.0/user", status: 503, times: 1 });
    assert.equal(await call("GET", "/user"), 503);
    assert.equal(await call("GET", "/user"), 200);
    await assert.rejects(pail.faults.add({ route: "/2.0/nothing", status: 500 }), /no route/);

    const hook = {
      url: "https://ci.example.com/hook",
      description: "ci",
      active: true,
      events: ["repo:push"],
    };
    assert.equal(await call("POST", "/repositories/team/site/hooks", hook), 201);
    await pail.snapshots.save("hooked");
    const branch = { name: "more", target: { hash: "main" } };
    assert.equal(await call("POST", "/repositories/team/site/refs/branches", branch), 201);
    const caught = await pail.webhooks.waitFor("repo:push");
    assert.equal(caught.url, hook.url);
    assert.equal(JSON.parse(caught.body).repository.full_name, "team/site");
    await pail.snapshots.restore("hooked");
    assert.equal(await call("GET", "/repositories/team/site/refs/branches/more"), 404);

    assert.equal(await call("GET", "/nowhere"), 404);
    const requests = await pail.requests.list(1);
    assert.deepEqual([requests[0]?.status, requests[0]?.route], [404, null]);
    assert.equal((await pail.requests.unknownOperations()).length, 1);
    const [least] = await pail.requests.leastScopes();
    assert.ok(least?.api_token_scopes.includes("read:user:bitbucket"), JSON.stringify(least));
    assert.ok(!JSON.stringify(await pail.requests.har()).includes(pail.token));
  });
}

test("a process of its own answers while this one waits, and two do not meet", async () => {
  await using one = await startPail({ seed: SEED });
  await using other = await startPail({ seed: SEED });
  const clone = (url: string, token: string, to: string) => {
    const from = new URL(url);
    Object.assign(from, { username: "x-bitbucket-api-token-auth", password: token });
    execFileSync("git", ["clone", "-q", `${from.href}team/site.git`, join(folder, to)]);
    return execFileSync("git", ["-C", join(folder, to), "rev-parse", "HEAD"], { encoding: "utf8" });
  };
  assert.equal(
    clone(one.url, one.token, "one"),
    clone(other.url, other.token, "other"),
    "same seed, same ids",
  );
  assert.notEqual(one.token, other.token);
});

test("what is wrong with a seed or a setting is said, and nothing is left", async () => {
  for (const inProcess of [false, true]) {
    const seed = { accounts: [{ email: "nobody" }], workspaces: [{ slug: "..", owner: "x" }] };
    await assert.rejects(startPail({ seed, inProcess }), (error: Error) => {
      assert.match(error.message, /accounts\[0\]/);
      assert.match(error.message, /workspaces\[0\]/);
      return true;
    });
    await assert.rejects(startPail({ settings: { identity: "odd" }, inProcess }), /identity/);
    const mistyped = { identty: "lenient" };
    await assert.rejects(
      startPail({ settings: mistyped, inProcess }),
      /identty: there is no such setting \(did you mean identity\?\)/,
    );
  }
  await assert.rejects(startPail({ seeds: SEED } as object), /no option seeds/);
  await assert.rejects(startPail({ settings: { port: "8080" } }), /settings\.port/);
});

test("the server ends with the process that has started it, also when that is killed", async () => {
  const module = new URL("./start-pail.ts", import.meta.url).href;
  const code = `import { startPail } from ${JSON.stringify(module)};
    const pail = await startPail();
    console.log(JSON.stringify({ url: pail.url, control: pail.environment.PAIL_CONTROL }));
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", code], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  const { url, control } = JSON.parse(line.toString()) as { url: string; control: string };
  assert.equal((await fetch(`${url}/-/health`)).status, 200);
  child.kill("SIGKILL");
  await waitUntil("it has gone with its data", async () => {
    const isGone = await fetch(url).then(
      () => false,
      () => true,
    );
    return isGone && !existsSync(dirname(control));
  });
});
