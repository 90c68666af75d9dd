import assert from "node:assert/strict";
import { test } from "node:test";
import { DIALECTS } from "../../../tests/support/database/test-database.ts";
import { openEmptyData } from "../../../tests/support/server/seeded-server.ts";
import { applySeed } from "../apply-seed.ts";
import { parseSeed } from "../parse-seed.ts";
import { SeedRefusal } from "../seed-problems.ts";

const seedOf = (runs: string) => `accounts: [{ email: ada@example.com, username: ada }]
workspaces: [{ slug: team, owner: ada }]
repositories:
  - workspace: team
    name: site
    commits:
      - message: First
        files:
          bitbucket-pipelines.yml: |
            pipelines:
              default:
                - step: { name: Test, script: [make test] }
                - step: { name: Live, deployment: Production, script: [make live] }
    pipelines:
      next_build_number: 7
      runs: ${runs}
tokens: [{ account: ada, name: ci, scopes: [read:repository, read:pipeline] }]
`;

const RUNS = `
        - { branch: main, creator: ada, result: SUCCESSFUL }
        - { branch: main, steps: [{ name: Test, result: FAILED, log: "no rule\\n" }] }
        - { branch: main, steps: [{ result: SUCCESSFUL }, { name: Live }] }
        - { branch: main }`;

for (const dialect of DIALECTS)
  test(`pipelines have run as a seed says, on ${dialect}`, async (t) => {
    const data = await openEmptyData(dialect);
    t.after(() => data.close());
    const { ports, by } = data;
    const wrong = seedOf(
      "[{ branch: main, steps: [{ name: Deploy }] }, { branch: main, creator: ada, result: FAILED }]",
    );
    await assert.rejects(applySeed(ports, by, parseSeed(wrong, { fileName: "s.yaml" })), (error) => {
      assert.ok(error instanceof SeedRefusal, String(error));
      assert.deepEqual(error.problems, [
        "s.yaml:16:46: repositories[0].pipelines.runs[0].steps[0].name: the pipeline has no such step: it has Test, Live",
      ]);
      return true;
    });

    const { token } = await applySeed(ports, by, parseSeed(seedOf(RUNS), { fileName: "s.yaml" }));
    const { url } = await data.serve();
    const authorization = `Basic ${Buffer.from(`ada@example.com:${token!.reveal()}`).toString("base64")}`;
    const get = (path: string) =>
      fetch(`${url}/2.0/repositories/team/site/pipelines${path}`, { headers: { authorization } });
    type State = { name: string; result?: { name: string }; stage?: { name: string } };
    type Listed = { values: { uuid: string; build_number: number; created_on: string; state: State }[] };
    const { values } = (await (await get("?sort=created_on")).json()) as Listed;
    assert.deepEqual(
      values.map(({ build_number, created_on, state }) => [
        build_number,
        created_on.slice(0, 16),
        state.result?.name ?? state.stage?.name ?? state.name,
      ]),
      [
        [7, "2026-01-01T02:00", "SUCCESSFUL"],
        [8, "2026-01-01T03:00", "FAILED"],
        [9, "2026-01-01T04:00", "RUNNING"],
        [10, "2026-01-01T05:00", "PENDING"],
      ],
    );
    const { values: steps } = (await (await get(`/${values[1]!.uuid}/steps`)).json()) as Listed;
    assert.equal(await (await get(`/${values[1]!.uuid}/steps/${steps[0]!.uuid}/log`)).text(), "no rule\n");
    assert.equal(values[0]!.uuid, "{47234465-e1f0-57d6-a5f7-5b6f89b08b55}");
  });
