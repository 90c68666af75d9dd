import assert from "node:assert/strict";
import { test } from "node:test";
import { DIALECTS } from "../../../tests/support/database/test-database.ts";
import { openEmptyData } from "../../../tests/support/server/seeded-server.ts";
import { applySeed } from "../apply-seed.ts";
import { parseSeed } from "../parse-seed.ts";
import { SeedRefusal } from "../seed-problems.ts";

const TEXT = `accounts: [{ email: ada@example.com, username: ada }]
workspaces: [{ slug: team, owner: ada }]
snippets:
  - { workspace: team, title: Notes, creator: ada, files: { notes.md: "Some\\n", run.sh: { content: "true\\n", mode: executable } } }
  - { workspace: team, title: Notes, creator: ada, is_private: false, files: { logo.png: { base64: iVBORw0KGgo= } } }
tokens: [{ account: ada, name: ci, scopes: [read:snippet] }]
`;

for (const dialect of DIALECTS)
  test(`snippets are there with ids and commits that are always the same, on ${dialect}`, async (t) => {
    const data = await openEmptyData(dialect);
    t.after(() => data.close());
    const { token } = await applySeed(data.ports, data.by, parseSeed(TEXT, { fileName: "s.yaml" }));
    const { url } = await data.serve();
    const authorization = `Basic ${Buffer.from(`ada@example.com:${token!.reveal()}`).toString("base64")}`;
    const get = async (path: string) =>
      fetch(`${url}/2.0/snippets/team${path}`, { headers: { authorization } });
    const { values } = (await (await get("")).json()) as { values: Record<string, unknown>[] };
    assert.deepEqual(
      values.map(({ id, title, is_private, created_on }) => [id, title, is_private, created_on]),
      [
        ["9vliVp0", "Notes", false, "2026-01-01T01:00:00.001000+00:00"],
        ["wUOPyFa", "Notes", true, "2026-01-01T01:00:00.000000+00:00"],
      ],
    );
    const { values: commits } = (await (await get(`/${values[1]!.id}/commits`)).json()) as {
      values: { hash: string; date: string }[];
    };
    assert.deepEqual(
      commits.map(({ hash, date }) => [hash, date]),
      [["871f6e317bc2e99f77af63661c032e91f7abb882", "2026-01-01T01:00:00+00:00"]],
    );
    assert.equal(await (await get(`/${values[1]!.id}/files/notes.md`)).text(), "Some\n");
  });

test("what is wrong with snippets is told with their places", () => {
  const text = `accounts: [{ email: ada@example.com }]
workspaces: [{ slug: team, owner: ada }]
snippets:
  - { workspace: teem, creator: bob, title: "a\\u0007", files: { ../up: x, logo.png: { base64: "?" } } }
`;
  assert.throws(
    () => parseSeed(text, { fileName: "s.yaml" }),
    (error) => {
      assert.ok(error instanceof SeedRefusal, String(error));
      assert.deepEqual(
        error.problems.map((line) => line.replace(/^s\.yaml:(\d+):\d+: ([^:]+): .*$/, "$1 $2")),
        [
          "4 snippets[0].workspace",
          "4 snippets[0].creator",
          "4 snippets[0].title",
          '4 snippets[0].files["../up"]',
          '4 snippets[0].files["logo.png"].base64',
        ],
      );
      return true;
    },
  );
});
