import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { openPailCommand } from "../../../tests/support/server/pail-command.ts";
import { projectFile } from "../../project-files.ts";

const command = openPailCommand();
const at = (name: string) => join(command.folder, name);

const GOOD = `accounts: [{ email: ada@example.com, username: ada, name: Ada Example }]
workspaces: [{ slug: team, owner: ada@example.com }]
repositories: [{ workspace: team, name: site, commits: [{ message: First, files: { "README.md": "hello\\n" } }] }]
tokens: [{ account: ada@example.com, name: ci, scopes: [read:repository, write:repository, read:user], expires: 30d }]
`;

test("seed check tells all mistakes with their lines, and seed schema prints the schema", async () => {
  await writeFile(at("good.yaml"), GOOD);
  await writeFile(at("bad.yaml"), 'accounts: [{ email: nobody }]\nworkspaces: [{ slug: "..", owner: x }]\n');
  const good = await command.run(["seed", "check", "good.yaml"]);
  assert.deepEqual(
    [good.status, good.stdout],
    [0, "good.yaml: 1 accounts, 1 workspaces, 1 repositories, 1 tokens, 1 commits\n"],
  );
  const bad = await command.run(["seed", "check", "bad.yaml"]);
  assert.equal(bad.status, 1);
  assert.match(bad.stderr, /^bad\.yaml:1:21: accounts\[0\]\.email: not an e-mail address$/m);
  assert.match(bad.stderr, /^bad\.yaml:2:22: workspaces\[0\]\.slug: /m);
  const schema = await command.run(["seed", "schema"]);
  assert.equal(schema.stdout, await readFile(projectFile("src/seeds/seed.schema.json"), "utf8"));
});

test("a demo with a seed that has mistakes starts nothing, and leaves nothing behind", async () => {
  const demo = await command.run(["demo", "--seed", "bad.yaml", "--data", "none", "--port", "0"]);
  assert.equal(demo.status, 1);
  assert.match(demo.stderr, /nothing was started/);
  assert.ok(!existsSync(at("none")));
});

test("a demo begins with a seed, and a later one has the same tokens; an export has none", async () => {
  const start = async () => {
    const child = command.start([
      "demo",
      "--seed",
      "good.yaml",
      "--data",
      "data",
      "--port",
      "0",
      "--credentials",
      "c.json",
    ]);
    let printed = "";
    for await (const text of child.stdout.setEncoding("utf8")) {
      printed += text;
      if (printed.includes("Ctrl-C")) break;
    }
    const credentials = JSON.parse(await readFile(at("c.json"), "utf8"));
    const authorization = `Basic ${Buffer.from(`ada@example.com:${credentials.token}`).toString("base64")}`;
    const { status } = await fetch(`${credentials.api_url}/repositories/team/site`, {
      headers: { authorization },
    });
    child.kill("SIGINT");
    await new Promise((resolve) => child.once("exit", resolve));
    assert.ok(!printed.includes(credentials.token));
    return { credentials, status };
  };
  const first = await start();
  assert.equal((await stat(at("c.json"))).mode & 0o777, 0o600);
  const { email, username, workspace, repository, token, tokens } = first.credentials;
  assert.deepEqual(
    { email, username, workspace, repository, tokens, status: first.status },
    {
      email: "ada@example.com",
      username: "ada",
      workspace: "team",
      repository: "site",
      tokens: { ci: token },
      status: 200,
    },
  );
  const second = await start();
  assert.deepEqual([second.credentials.token, second.status], [token, 200]);

  const exported = await command.run(["export", "--data", "data", "--output", "out.yaml"]);
  assert.equal(exported.status, 0, exported.stderr);
  const text = await readFile(at("out.yaml"), "utf8");
  assert.match(text, /from: \.\/out\.bundles\/team\/site\.bundle/);
  assert.ok(!text.includes(token) && existsSync(at("out.bundles/team/site.bundle")));

  const piped = await command.run(["export", "--data", "data"]);
  assert.equal(piped.status, 0, piped.stderr);
  assert.match(piped.stdout, /^time: /);
  assert.match(piped.stdout, /^ {4}commits:$/m);
  await writeFile(at("piped.yaml"), piped.stdout);
  assert.equal((await command.run(["seed", "check", "piped.yaml"])).status, 0);
});
