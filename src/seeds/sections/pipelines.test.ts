import assert from "node:assert/strict";
import { test } from "node:test";
import { DIALECTS } from "../../../tests/support/database/test-database.ts";
import { openEmptyData } from "../../../tests/support/server/seeded-server.ts";
import { listEnvironments } from "../../storage/sql/deployments/environments.ts";
import { findPipelinesConfig } from "../../storage/sql/pipelines/config.ts";
import { findPublicKey } from "../../storage/sql/pipelines/key-pairs.ts";
import { listSchedules } from "../../storage/sql/pipelines/schedules.ts";
import { listVariables } from "../../storage/sql/pipelines/variables.ts";
import { listAllRepositories } from "../../storage/sql/repositories/repositories.ts";
import { applySeed } from "../apply-seed.ts";
import { ALL } from "../export/export-context.ts";
import { parseSeed } from "../parse-seed.ts";
import { SeedRefusal } from "../seed-problems.ts";

const KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILrUn2vldD4Xv7yLG8mnS3sDsapMctxv7pbPnxQMFUKE";
// Nothing looks inside.
const PRIVATE_KEY = "-----BEGIN OPENSSH PRIVATE KEY-----\\nbm8ga2V5\\n-----END OPENSSH PRIVATE KEY-----\\n";

const TEXT = `accounts: [{ email: ada@example.com }]
workspaces: [{ slug: team, owner: ada }]
repositories:
  - workspace: team
    name: site
    pipelines:
      next_build_number: 7
      variables: [{ key: SECRET, value: not shown, is_secured: true }, { key: EMPTY }]
      key_pair: { public_key: ${KEY}, private_key: "${PRIVATE_KEY}" }
      schedules: [{ branch: main, cron: 0 0 4 * * ? * }, { branch: main, cron: 0 0 4 * * ? * }]
    environments: [{ name: Live, type: Production }]
  - { workspace: team, name: usual, pipelines: {} }
  - { workspace: team, name: off, pipelines: { is_enabled: false } }
`;

for (const dialect of DIALECTS)
  test(`pipelines are configured as a seed says, on ${dialect}`, async (t) => {
    const { ports, by, close } = await openEmptyData(dialect);
    t.after(close);
    const wrong = TEXT.replace(KEY, "ssh-ed25519 AAAA").replace(
      "      schedules",
      `      known_hosts: [{ hostname: github.com, public_key: ${KEY} }]\n      schedules`,
    );
    await assert.rejects(applySeed(ports, by, parseSeed(wrong, { fileName: "s.yaml" })), (error) => {
      assert.ok(error instanceof SeedRefusal, String(error));
      assert.deepEqual(
        error.problems.map((line) => line.replace(/^(.*?: [^:]+): .*$/, "$1")),
        [
          "s.yaml:9:31: repositories[0].pipelines.key_pair.public_key",
          "s.yaml:10:33: repositories[0].pipelines.known_hosts[0].hostname",
        ],
      );
      return true;
    });

    await applySeed(ports, by, parseSeed(TEXT, { fileName: "s.yaml" }));
    const { kysely } = ports.database;
    const repositories = await listAllRepositories(kysely, undefined);
    const uuidOf = (slug: string) => repositories.find((each) => each.slug === slug)!.uuid;
    const site = uuidOf("site");
    assert.deepEqual(await findPipelinesConfig(kysely, site), { isEnabled: true, nextBuildNumber: 7 });
    assert.notEqual((await findPipelinesConfig(kysely, uuidOf("off")))?.isEnabled, true);
    const { values } = await listVariables(kysely, { kind: "repository", uuid: site }, ALL);
    assert.deepEqual(
      values.map(({ key, content }) => [key, content.kind]),
      [
        ["EMPTY", "plain"],
        ["SECRET", "secured"],
      ],
    );
    const secured = values.flatMap(({ content }) => (content.kind === "secured" ? content.sealedValue : []));
    assert.ok(!secured[0]!.includes("not shown"));
    assert.equal(await findPublicKey(kysely, site), KEY);
    assert.equal((await listSchedules(kysely, site, ALL)).length, 2);
    const environments = async (slug: string) =>
      (await listEnvironments(kysely, uuidOf(slug), ALL)).values.map(({ name }) => name);
    assert.deepEqual(await environments("site"), ["Live"]);
    assert.deepEqual(await environments("usual"), ["Test", "Staging", "Production"]);
  });
