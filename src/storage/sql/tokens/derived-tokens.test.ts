import assert from "node:assert/strict";
import { before, test } from "node:test";
import { describeDatabases } from "../../../../tests/support/database/test-database.ts";
import {
  newUuid,
  SAMPLE_INSTANT,
  sampleAccount,
  sampleToken,
} from "../../../../tests/support/examples/sample-model.ts";
import type { ApiToken } from "../../../model/token.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { insertAccount } from "../accounts/accounts.ts";
import { countLivingDescendants, deleteDerivedTokensBefore } from "./derived-tokens.ts";
import { findToken, insertToken, listAncestors } from "./tokens.ts";

const MINUTE_MS = 60_000;
const NOW = SAMPLE_INSTANT;
const inMinutes = (minutes: number) => new Date(NOW.getTime() + minutes * MINUTE_MS);

describeDatabases("derived tokens", (current) => {
  const db = () => current().database.kysely;
  const ada = sampleAccount("ada");
  let digests = 0;

  before(() => insertAccount(db(), ada));

  async function store(parentUuid: Uuid | undefined, changes: Partial<ApiToken> = {}): Promise<ApiToken> {
    digests += 1;
    const token = sampleToken(ada, { uuid: newUuid(), parentUuid, expiresAt: inMinutes(10), ...changes });
    await insertToken(db(), token, Buffer.alloc(32, digests));
    return token;
  }

  test("are counted while they are valid, directly and at any distance", async () => {
    const root = await store(undefined, { expiresAt: inMinutes(1_000) });
    const child = await store(root.uuid);
    await store(root.uuid, { revokedAt: NOW });
    await store(root.uuid, { expiresAt: inMinutes(-1) });
    const grandchild = await store(child.uuid);
    await store(grandchild.uuid);
    assert.deepEqual(await countLivingDescendants(db(), root.uuid, NOW), { children: 1, all: 3 });
    assert.deepEqual(await countLivingDescendants(db(), child.uuid, NOW), { children: 1, all: 2 });
    assert.deepEqual(await countLivingDescendants(db(), grandchild.uuid, inMinutes(10)), {
      children: 0,
      all: 0,
    });
  });

  test("are deleted long after their end, with what descends from them; those that were created stay", async () => {
    const root = await store(undefined, { expiresAt: inMinutes(-100) });
    const child = await store(root.uuid, { expiresAt: inMinutes(-101) });
    const grandchild = await store(child.uuid, { expiresAt: inMinutes(-101) });
    const young = await store(root.uuid, { expiresAt: inMinutes(-10) });
    await deleteDerivedTokensBefore(db(), inMinutes(-50));
    const found = await Promise.all(
      [root, child, grandchild, young].map(async ({ uuid }) => (await findToken(db(), uuid)) !== undefined),
    );
    assert.deepEqual(found, [true, false, false, true]);
    assert.deepEqual(await listAncestors(db(), grandchild.uuid), []);
  });
});
