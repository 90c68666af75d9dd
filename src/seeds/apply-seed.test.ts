import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { sql } from "kysely";
import { DIALECTS } from "../../tests/support/database/test-database.ts";
import { openRealGit } from "../../tests/support/git/real-git.ts";
import { type EmptyData, openEmptyData } from "../../tests/support/server/seeded-server.ts";
import { listKeptRepositories } from "../../tests/support/storage/kept-repositories.ts";
import { Failure } from "../model/failure.ts";
import { deleteRepository } from "../operations/repositories/repositories.ts";
import { findAccountByEmail } from "../storage/sql/accounts/accounts.ts";
import { findRepository } from "../storage/sql/repositories/repositories.ts";
import { applySeed } from "./apply-seed.ts";
import { parseSeed } from "./parse-seed.ts";
import { SeedRefusal } from "./seed-problems.ts";
import type { SeedResult } from "./seed-result.ts";

const SEED = parseSeed(
  `accounts: [{ email: ada@example.com, username: ada, name: Ada Example }, { email: bob@example.com }]
workspaces: [{ slug: team, owner: ada, members: [{ account: bob, permission: write }], groups: [{ name: Devs, members: [bob] }] }]
projects: [{ workspace: team, key: WEB, name: Web }]
repositories:
  - workspace: team
    name: site
    project: WEB
    commits:
      - { id: one, message: First, files: { README.md: "hello\\n", run.sh: { content: "true\\n", mode: executable } } }
      - { message: Second, branch: feature, author: bob, files: { a/b.txt: "b\\n" } }
      - { message: Third, files: { README.md: "hello you\\n", run.sh: null, logo.png: { base64: iVBORw0KGgo= } } }
      - { message: Merge it, merge: feature, date: "2026-01-05T10:00:00+02:00" }
    branches: { old: one }
    tags: [{ name: v1, target: main, message: The first }, { name: light, target: one }]
  - { workspace: team, name: fork, fork_of: team/site, commits: [{ message: In the fork, branch: mine, files: { c.txt: c } }] }
  - { workspace: team, name: Empty One, is_private: false }
tokens:
  - { account: ada, name: ci, scopes: [read:repository, read:user], expires: 30d }
  - { account: ada, name: old, scopes: [all], expires: -1d }
  - { repository: team/site, name: bot, scopes: [repository:write], expires: 12h }
`,
  { fileName: "seed.yaml" },
);

const git = openRealGit();

const PLACES = [
  ...DIALECTS.map((dialect) => ({ dialect, isInStore: false })),
  { dialect: "postgres", isInStore: true },
] as const;

for (const { dialect, isInStore } of PLACES)
  describe(`applying a seed on ${dialect}${isInStore ? " and an object store" : ""}`, () => {
    let data: EmptyData;
    let result: SeedResult;
    let url: string;
    before(async () => {
      data = await openEmptyData(dialect, undefined, isInStore);
      result = await applySeed(data.ports, data.by, SEED);
      url = (await data.serve()).url;
    });
    after(() => data.close());

    async function get(path: string, token = result.token) {
      const authorization = `Basic ${Buffer.from(`ada@example.com:${token!.reveal()}`).toString("base64")}`;
      const answer = await fetch(`${url}/2.0${path}`, { headers: { authorization } });
      return { status: answer.status, body: (await answer.json()) as Record<string, never> };
    }

    test("what it describes is there, with ids that are always the same", async () => {
      const { status, body } = await get(
        "/repositories/team/site?fields=uuid,created_on,project.key,mainbranch.name",
      );
      assert.deepEqual(
        [status, body],
        [
          200,
          {
            uuid: "{9fec8859-ac1c-57ae-b75e-e607f72f175f}",
            created_on: "2026-01-01T00:01:00.000000+00:00",
            project: { key: "WEB" },
            mainbranch: { name: "main" },
          },
        ],
      );
    });

    test("its commits are those that git would make, with ids that are always the same", async () => {
      const listed = async (name: string) => {
        const { body } = await get(`/repositories/team/${name}/refs?fields=values.name,values.target.hash`);
        const { values } = body as unknown as { values: { name: string; target: { hash: string } }[] };
        return values.map(({ name: ref, target }) => `${ref} ${target.hash.slice(0, 12)}`);
      };
      assert.deepEqual(await listed("site"), [
        "feature 0fa902affefb",
        "main 1408503a741d",
        "old da7cd01a5665",
        "light da7cd01a5665",
        "v1 1408503a741d",
      ]);
      assert.deepEqual(await listed("fork"), [
        "feature 0fa902affefb",
        "main 1408503a741d",
        "mine 52ef3c25fb8c",
        "old da7cd01a5665",
        "light da7cd01a5665",
        "v1 1408503a741d",
      ]);
      const clone = git.newPath("clone");
      const { host } = new URL(url);
      await git.out(["clone", "-q", `http://ada:${result.token!.reveal()}@${host}/team/site.git`, clone]);
      await git.out(["fsck", "--strict"], { folder: clone });
      const log = await git.out(["log", "--format=%s|%an|%ae|%aI|%p", "main"], { folder: clone });
      assert.deepEqual(log.split("\n"), [
        "Merge it|Ada Example|ada@example.com|2026-01-05T10:00:00+02:00|60bddb8 0fa902a",
        "Third|Ada Example|ada@example.com|2026-01-01T00:03:00+00:00|da7cd01",
        "Second|bob|bob@example.com|2026-01-01T00:02:00+00:00|da7cd01",
        "First|Ada Example|ada@example.com|2026-01-01T00:01:00+00:00|",
      ]);
      const tree = await git.out(["ls-tree", "-r", "--format=%(objectmode) %(path)", "main"], {
        folder: clone,
      });
      assert.deepEqual(tree.split("\n"), ["100644 README.md", "100644 a/b.txt", "100644 logo.png"]);
    });

    test("tokens work until they end", async () => {
      assert.deepEqual([...result.tokens.keys()], ["ci", "old", "bot"]);
      assert.equal((await get("/user", result.tokens.get("old"))).status, 401);
      const bearer = { headers: { authorization: `Bearer ${result.tokens.get("bot")!.reveal()}` } };
      assert.equal((await fetch(`${url}/2.0/repositories/team/site`, bearer)).status, 200);
      assert.equal((await fetch(`${url}/2.0/repositories/team/fork`, bearer)).status, 404);
    });

    test("the same seed is used again, and only lost tokens are new", async () => {
      const known = new Map([...result.tokens].filter(([name]) => name !== "ci"));
      const again = await applySeed(data.ports, data.by, SEED, { knownTokens: known });
      assert.equal(again.tokens.get("bot")!.reveal(), result.tokens.get("bot")!.reveal());
      assert.notEqual(again.tokens.get("ci")!.reveal(), result.tokens.get("ci")!.reveal());
      assert.equal((await get("/user", result.token)).status, 401);
      assert.equal((await get("/user", again.token)).status, 200);
      result = again;
    });

    test("the same seed is used again where a repository of it was deleted", async () => {
      const { kysely } = data.ports.database;
      const site = await findRepository(kysely, { slug: "team" as never }, { slug: "site" as never });
      await deleteRepository(data.ports, data.by, site!);
      const again = await applySeed(data.ports, data.by, SEED);
      assert.deepEqual([...again.tokens.keys()], ["ci", "old"]);
    });

    test("another seed is refused", async () => {
      const other = parseSeed("accounts: [{ email: eve@example.com }]", { fileName: "other.yaml" });
      await assert.rejects(
        applySeed(data.ports, data.by, other),
        (error) =>
          error instanceof Failure &&
          error.kind === "conflict" &&
          /another one \(seed\.yaml/.test(error.message),
      );
    });

    test("the database is in order", async () => {
      const { rows } = await sql<{ count: number }>`select count(*) as count from seed`.execute(
        data.ports.database.kysely,
      );
      assert.equal(Number(rows[0]!.count), 1);
    });
  });

for (const dialect of DIALECTS)
  test(`what an operation refuses is told with its line, and nothing of the seed stays, on ${dialect}`, async (t) => {
    const data = await openEmptyData(dialect);
    t.after(() => data.close());
    const text = `accounts: [{ email: ada@example.com, password: "password" }, { email: bob@example.com }]
workspaces: [{ slug: team, owner: bob, groups: [{ name: Devs, members: [ada] }] }]
repositories: [{ workspace: team, name: site, commits: [{ message: x }] }]
`;
    await assert.rejects(applySeed(data.ports, data.by, parseSeed(text, { fileName: "s.yaml" })), (error) => {
      assert.ok(error instanceof SeedRefusal, String(error));
      assert.deepEqual(error.problems, [
        "s.yaml:1:48: accounts[0].password: must have at least 12 characters",
        's.yaml:2:73: workspaces[0].groups[0].members[0]: not tried: it needs the account "ada", which was not made',
      ]);
      return true;
    });
    const { kysely } = data.ports.database;
    assert.equal(await findAccountByEmail(kysely, "bob@example.com"), undefined);
    assert.equal(
      await findRepository(kysely, { slug: "team" as never }, { slug: "site" as never }),
      undefined,
    );
    assert.deepEqual(await listKeptRepositories(data.ports), []);
    // It can be mended and applied.
    const mended = parseSeed(text.replace('password: "password"', "name: Ada").replace("[ada]", "[bob]"), {
      fileName: "s.yaml",
    });
    const result = await applySeed(data.ports, data.by, mended);
    assert.equal(result.repository?.slug, "site");
  });
