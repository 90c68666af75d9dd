import assert from "node:assert/strict";
import { test } from "node:test";
import { DIALECTS } from "../../../tests/support/database/test-database.ts";
import { openEmptyData } from "../../../tests/support/server/seeded-server.ts";
import { applySeed } from "../apply-seed.ts";
import { parseSeed } from "../parse-seed.ts";
import { SeedRefusal } from "../seed-problems.ts";

const KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILrUn2vldD4Xv7yLG8mnS3sDsapMctxv7pbPnxQMFUKE";

const TEXT = `accounts:
  - { email: ada@example.com, ssh_keys: [{ key: ${KEY}, expires: 30d }, { key: ssh-rsa x }], gpg_keys: [{ key: none }] }
workspaces: [{ slug: team, owner: ada }]
repositories: [{ workspace: team, name: site, deploy_keys: [{ key: ${KEY} }] }]
tokens:
  - { account: ada, name: ci, scopes: [all], limits: { refs: [main], addresses: [here] } }
`;

for (const dialect of DIALECTS)
  test(`keys and limits that are none are told with their places, on ${dialect}`, async (t) => {
    const { ports, by, close } = await openEmptyData(dialect);
    t.after(close);
    await assert.rejects(applySeed(ports, by, parseSeed(TEXT, { fileName: "s.yaml" })), (error) => {
      assert.ok(error instanceof SeedRefusal, String(error));
      assert.deepEqual(
        error.problems.map((line) => line.replace(/^s\.yaml:(\d+):\d+: ([^:]+): .*$/, "$1 $2")),
        [
          "2 accounts[0].ssh_keys[1].key",
          "2 accounts[0].gpg_keys[0].key",
          "4 repositories[0].deploy_keys[0].key",
          "6 tokens[0].limits.refs",
          "6 tokens[0].limits.addresses",
        ],
      );
      return true;
    });
  });
