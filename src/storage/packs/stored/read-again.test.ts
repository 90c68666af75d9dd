import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { newUuid } from "../../../../tests/support/examples/sample-model.ts";
import {
  PACK_STORE_KINDS,
  type PackStoreInContract,
} from "../../../../tests/support/storage/pack-store-kinds.ts";
import { hashObject } from "../../../git/objects/hash-object.ts";
import { openObjectReader } from "../../../git/objects/object-reader.ts";
import { indexPack } from "../../../git/packs/index-pack.ts";
import { writePack } from "../../../git/packs/write-pack.ts";
import type { ObjectId } from "../../../model/object-id.ts";
import type { Uuid } from "../../../model/uuid.ts";
import type { PackStore } from "../pack-store.ts";
import { withRepository } from "../with-repository.ts";
import { readAgain } from "./read-again.ts";
import type { StoredPackStore } from "./stored-pack-store.ts";

const { signal } = new AbortController();
const plain = openObjectReader();
let opened: PackStoreInContract;
let other: PackStore;
let repository: Uuid;

before(async () => {
  const kind = PACK_STORE_KINDS.find(({ name }) => name.endsWith("in memory"))!;
  opened = await kind.open();
  other = opened.openOnAnotherNode!();
  repository = newUuid();
  await opened.insertRow(repository);
});
after(async () => {
  await plain.close();
  await opened.close();
});

/** A commit without files, pushed to the other node. */
async function pushElsewhere(text: string): Promise<ObjectId> {
  const tree = Buffer.alloc(0);
  const who = "Ada <ada@example.com> 1767225600 +0000";
  const commit = Buffer.from(`tree ${hashObject("tree", tree)}\nauthor ${who}\ncommitter ${who}\n\n${text}`);
  const quarantine = await other.openQuarantine(repository);
  try {
    const { gitDir, objectFolder } = quarantine;
    quarantine.noteGitPacks();
    const pack = writePack([
      { type: "tree", content: tree },
      { type: "commit", content: commit },
    ]);
    const problem = await indexPack(pack, { gitDir, objectFolder, packBytesMax: 1_000_000, signal });
    assert.equal(problem, undefined);
    const accepted = await quarantine.accept();
    await opened.transaction((tx) => accepted.record(tx));
    await accepted.confirm();
  } finally {
    await quarantine.discard();
  }
  return hashObject("commit", commit);
}

test("what another node has received since a view was opened is found in it, by every way to read", async () => {
  const store = opened.store as StoredPackStore;
  const reader = readAgain(plain, store.refreshFolder);
  await withRepository(store, repository, async ({ gitDir }) => {
    const ways = {
      readHeader: async (id: ObjectId) => (await reader.readHeader(gitDir, id))?.type,
      readObject: async (id: ObjectId) => (await reader.readObject(gitDir, id))?.type,
      readObjectUpTo: async (id: ObjectId) => (await reader.readObjectUpTo(gitDir, id, 1_000))?.type,
      readCommit: async (id: ObjectId) => (await reader.readCommit(gitDir, id)) && "commit",
      readCommits: async (id: ObjectId) => (await reader.readCommits(gitDir, [id])).length > 0 && "commit",
      isCommit: async (id: ObjectId) => (await reader.isCommit(gitDir, id)) && "commit",
    };
    for (const [name, read] of Object.entries(ways)) {
      const id = await pushElsewhere(name);
      assert.equal(await plain.readHeader(gitDir, id), undefined, "the view does not have it by itself");
      assert.equal(await read(id), "commit", name);
    }
    assert.equal(await reader.readHeader(gitDir, "1".repeat(40) as ObjectId), undefined);
  });
});

test("what is no view is read once", async () => {
  const store = opened.store as StoredPackStore;
  assert.equal(await store.refreshFolder("/nowhere"), false);
});
