import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { stringify } from "yaml";
import { DIALECTS } from "../../../tests/support/database/test-database.ts";
import { type EmptyData, openEmptyData } from "../../../tests/support/server/seeded-server.ts";
import { listRefs } from "../../storage/sql/refs/refs.ts";
import { listAllRepositories } from "../../storage/sql/repositories/repositories.ts";
import { applySeed } from "../apply-seed.ts";
import { parseSeed } from "../parse-seed.ts";
import { exportSeed } from "./export-seed.ts";
import { inlineHistory } from "./inline-history.ts";
import { writeBundle } from "./write-bundle.ts";

const EXAMPLE = join(import.meta.dirname, "..", "..", "..", "examples", "seeds", "team.yaml");

/** An export as text, with commits written out. */
async function inlined({ ports }: EmptyData): Promise<string> {
  const { seed } = await exportSeed(
    ports,
    async (repository) => (await inlineHistory(ports, repository)).fields,
  );
  return stringify(seed, { lineWidth: 0 });
}

/** An export as text, with bundles in the folder. */
async function exported({ ports }: EmptyData, folder: string) {
  const { seed, warnings } = await exportSeed(ports, async (repository) => {
    const name = `${repository.workspace.slug}-${repository.slug}.bundle`;
    return (await writeBundle(ports, repository, join(folder, name))) ? { from: `./${name}` } : {};
  });
  return { text: stringify(seed, { lineWidth: 0 }), warnings };
}

async function refsOf({ ports: { database } }: EmptyData): Promise<readonly string[]> {
  const lines = [];
  for (const { uuid, workspace, slug, mainBranch } of await listAllRepositories(database.kysely, undefined))
    for (const { name, target } of await listRefs(database.kysely, uuid))
      lines.push(`${uuid} ${workspace.slug}/${slug} ${mainBranch} ${name} ${target}`);
  return lines;
}

for (const dialect of DIALECTS)
  test(`an export makes the same data, which is exported alike, on ${dialect}`, async (t) => {
    const now = () => new Date("2026-11-30T12:00:00Z");
    const folder = await mkdtemp(join(tmpdir(), "pail-export-"));
    t.after(() => rm(folder, { recursive: true }));
    const first = await openEmptyData(dialect, now);
    t.after(() => first.close());
    await applySeed(first.ports, first.by, parseSeed(await readFile(EXAMPLE, "utf8"), { fileName: EXAMPLE }));
    const { text, warnings } = await exported(first, folder);

    const second = await openEmptyData(dialect, now);
    t.after(() => second.close());
    await applySeed(second.ports, second.by, parseSeed(text, { fileName: join(folder, "seed.yaml") }));
    assert.deepEqual(await refsOf(second), await refsOf(first));
    assert.equal((await exported(second, folder)).text, text);

    const whole = await inlined(first);
    const third = await openEmptyData(dialect, now);
    t.after(() => third.close());
    await applySeed(third.ports, third.by, parseSeed(whole, { fileName: "whole.yaml" }));
    assert.deepEqual(await refsOf(third), await refsOf(first));
    assert.equal(await inlined(third), whole);

    assert.doesNotMatch(`${text}${whole}`, /not-really-secret/);
    assert.deepEqual([...warnings].sort(), [
      "keys and secrets of OAuth consumers will be new",
      "left out the pipelines that have run of team/site",
      "left out the secret of the webhook to https://hooks.example.com/team",
      "left out the value of the secured variable API_KEY of team/site",
      "left out the value of the secured variable HOST_KEY of the environment Live of team/site",
      "left out the value of the secured variable REGISTRY_PASSWORD of the workspace team",
      "tokens will have new texts, and accounts no passwords",
    ]);
  });
