import assert from "node:assert/strict";
import { test } from "node:test";
import { DIALECTS } from "../../../tests/support/database/test-database.ts";
import { openEmptyData } from "../../../tests/support/server/seeded-server.ts";
import { applySeed } from "../apply-seed.ts";
import { parseSeed } from "../parse-seed.ts";

const TEXT = `accounts: [{ email: ada@example.com, username: ada }, { email: bob@example.com, username: bob }]
workspaces: [{ slug: team, owner: ada }]
repositories: [{ workspace: team, name: site, watchers: [bob, ada@example.com] }]
tokens: [{ account: ada, name: ci, scopes: [read:repository] }]
`;

for (const dialect of DIALECTS)
  test(`watchers are listed in the order of the seed on ${dialect}`, async (t) => {
    const data = await openEmptyData(dialect);
    t.after(() => data.close());
    const { token } = await applySeed(data.ports, data.by, parseSeed(TEXT, { fileName: "s.yaml" }));
    const { url } = await data.serve();
    const authorization = `Basic ${Buffer.from(`ada@example.com:${token!.reveal()}`).toString("base64")}`;
    const answer = await fetch(`${url}/2.0/repositories/team/site/watchers`, { headers: { authorization } });
    const { values } = (await answer.json()) as { values: { nickname: string }[] };
    assert.deepEqual(
      values.map(({ nickname }) => nickname),
      ["bob", "ada"],
    );
  });
