import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { copyFile, readdir, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { newUuid } from "../../../tests/support/examples/sample-model.ts";
import {
  PACK_STORE_KINDS,
  type PackStoreInContract,
} from "../../../tests/support/storage/pack-store-kinds.ts";
import { hashObject } from "../../git/objects/hash-object.ts";
import { indexPack } from "../../git/packs/index-pack.ts";
import { repack } from "../../git/packs/maintain.ts";
import { type NewObject, writePack } from "../../git/packs/write-pack.ts";
import { GitError, runGit } from "../../git/process/git-process.ts";
import { Failure } from "../../model/failure.ts";
import type { ObjectId } from "../../model/object-id.ts";
import type { BranchName, RefName } from "../../model/ref-name.ts";
import type { Uuid } from "../../model/uuid.ts";
import type { AcceptedObjects, PackFolders, PackStore, Quarantine } from "./pack-store.ts";
import { createRepositoryFolder } from "./repository-folders.ts";
import { withRepository } from "./with-repository.ts";

const root = mkdtempSync(join(tmpdir(), "pail-stores-"));
after(() => rmSync(root, { recursive: true, force: true }));
const newFolder = () => join(root, newUuid());
const { signal } = new AbortController();

/** A commit with one file. */
function newCommit(text: string): { readonly id: ObjectId; readonly objects: readonly NewObject[] } {
  const blob = Buffer.from(text);
  const entry = Buffer.from(hashObject("blob", blob), "hex");
  const tree = Buffer.concat([Buffer.from("100644 file\0"), entry]);
  const who = "Ada <ada@example.com> 1767225600 +0000";
  const commit = Buffer.from(`tree ${hashObject("tree", tree)}\nauthor ${who}\ncommitter ${who}\n\n${text}`);
  return {
    id: hashObject("commit", commit),
    objects: [
      { type: "blob", content: blob },
      { type: "tree", content: tree },
      { type: "commit", content: commit },
    ],
  };
}

async function isThere(gitDir: string, id: ObjectId, objectFolder?: string): Promise<boolean> {
  try {
    const quarantined = objectFolder === undefined ? {} : { objectFolder };
    await runGit(["cat-file", "-e", `${id}^{tree}`], { gitDir, ...quarantined });
    return true;
  } catch (error) {
    if (error instanceof GitError) return false;
    throw error;
  }
}

async function receive(quarantine: Quarantine, objects: readonly NewObject[]): Promise<void> {
  const { gitDir, objectFolder } = quarantine;
  quarantine.noteGitPacks();
  const options = { gitDir, objectFolder, packBytesMax: 1_000_000, signal };
  assert.equal(await indexPack(writePack(objects), options), undefined);
}

for (const { name: kind, isOfFolders, skip, open } of PACK_STORE_KINDS)
  describe(`a store of packs ${kind}`, { skip }, () => {
    let opened: PackStoreInContract;
    let store: PackStore;
    before(async () => {
      opened = await open();
      store = opened.store;
    });
    after(() => opened.close());

    async function newRepository(): Promise<Uuid> {
      const uuid = newUuid();
      const intent = await store.createRepository(uuid);
      await opened.insertRow(uuid);
      await intent.confirm();
      return uuid;
    }

    /** @param beside what happens once the quarantine is open. */
    async function add(
      repository: Uuid,
      text: string,
      at = store,
      beside = async () => {},
    ): Promise<ObjectId> {
      const { id, objects } = newCommit(text);
      const quarantine = await at.openQuarantine(repository);
      try {
        await receive(quarantine, objects);
        await beside();
        await recorded(repository, await quarantine.accept());
      } finally {
        await quarantine.discard();
      }
      return id;
    }

    /** @returns the size of the repository. */
    async function recorded(repository: Uuid, accepted: AcceptedObjects): Promise<number | undefined> {
      const sizeBytes = await opened.transaction((tx) => accepted.record(tx));
      await accepted.confirm();
      return sizeBytes ?? opened.readSize(repository);
    }

    async function copy(from: Uuid, to: Uuid): Promise<void> {
      const intent = await store.copyRepository(from, to);
      await opened.insertRow(to);
      await opened.transaction((tx) => intent.record(tx));
      await intent.confirm();
    }

    async function remove(repository: Uuid): Promise<void> {
      const intent = await store.openRemovalIntent(repository);
      await opened.deleteRow(repository);
      await intent.discard();
    }

    const has = (repository: Uuid, id: ObjectId) =>
      withRepository(store, repository, ({ gitDir }) => isThere(gitDir, id));

    test("what waits in a quarantine is seen there alone, until it is accepted", async () => {
      const repository = await newRepository();
      const earlier = await add(repository, "earlier");
      const { id, objects } = newCommit("waiting");
      const quarantine = await store.openQuarantine(repository);
      await receive(quarantine, objects);
      const { gitDir, objectFolder } = quarantine;
      for (const each of [earlier, id]) assert.ok(await isThere(gitDir, each, objectFolder));
      await withRepository(store, repository, async (view) => {
        assert.ok(!(await isThere(view.gitDir, id)));
        const accepted = await quarantine.accept();
        assert.ok(await isThere(view.gitDir, id), "whoever has it open sees it too");
        const sizeBytes = await recorded(repository, accepted);
        const files = (await readdir(join(view.gitDir, "objects", "pack"))).map((name) =>
          stat(join(view.gitDir, "objects", "pack", name)),
        );
        const sizes = (await Promise.all(files)).map(({ size }) => size);
        assert.equal(
          sizes.reduce((sum, bytes) => sum + bytes, 0),
          sizeBytes,
        );
      });
      const again = await quarantine.reopen();
      assert.ok(await isThere(again.gitDir, id, again.objectFolder));
      await again.discard();
      await quarantine.discard();
      assert.ok(await has(repository, id));
      assert.ok(await has(repository, earlier));
    });

    test("what is discarded is nowhere", async () => {
      const repository = await newRepository();
      const { id, objects } = newCommit("refused");
      const quarantine = await store.openQuarantine(repository);
      await receive(quarantine, objects);
      await quarantine.discard();
      assert.ok(!(await has(repository, id)));
      const listed = await withRepository(store, repository, ({ gitDir }) =>
        readdir(join(gitDir, "objects", "pack")),
      );
      assert.deepEqual(listed, []);
    });

    test("what is accepted and not recorded is not kept, unless folders keep it for the next drop", async () => {
      const repository = await newRepository();
      const { id, objects } = newCommit("lost race");
      const quarantine = await store.openQuarantine(repository);
      await receive(quarantine, objects);
      await quarantine.accept();
      await quarantine.discard();
      assert.equal(await has(repository, id), opened.folders !== undefined);
    });

    if (!isOfFolders)
      test("another node reads what one has acknowledged, and what comes while it reads", async () => {
        const other = opened.openOnAnotherNode!();
        const repository = await newRepository();
        const first = await add(repository, "first");
        await withRepository(other, repository, async ({ gitDir, writeRefs }) => {
          assert.ok(await isThere(gitDir, first));
          const second = await add(repository, "second");
          const refs = [{ name: "refs/heads/main" as RefName, target: second, peeled: undefined }];
          await writeRefs(1, "main" as BranchName, async () => refs);
          assert.ok(await isThere(gitDir, second));
        });
        await remove(repository);
        assert.ok(!(await withRepository(store, newUuid(), ({ gitDir }) => isThere(gitDir, first))));
      });

    if (!isOfFolders)
      test("a node that pushes misses nothing that others push meanwhile", async () => {
        const other = opened.openOnAnotherNode!();
        const repository = await newRepository();
        const ids = [await add(repository, "own")];
        const pushThere = async (text: string) => void ids.push(await add(repository, text, other));
        ids.push(await add(repository, "own beside theirs", store, () => pushThere("theirs, beside")));
        await pushThere("theirs, between");
        ids.push(await add(repository, "own after theirs"));
        ids.push(await add(repository, "own after own"));
        for (const at of [store, other])
          await withRepository(at, repository, async ({ gitDir }) => {
            for (const id of ids) assert.ok(await isThere(gitDir, id));
          });
      });

    test("a copy has all objects, and needs the other one no more", async () => {
      const [parent, fork] = [await newRepository(), newUuid()];
      const id = await add(parent, "shared");
      await copy(parent, fork);
      const own = await add(fork, "own");
      assert.ok(!(await has(parent, own)));
      await remove(parent);
      assert.ok(await has(fork, id));
      if (opened.folders === undefined) return;
      assert.equal((await opened.folders.locate(parent)).changedAt, undefined);
      await assert.rejects(
        store.copyRepository(parent, newUuid()),
        (error) => error instanceof Failure && error.kind === "not-found",
      );
    });

    test("refs are written for git, once a generation, and mended", async () => {
      const repository = await newRepository();
      const target = await add(repository, "tip");
      const refs = [{ name: "refs/heads/trunk" as RefName, target, peeled: undefined }];
      const head = "trunk" as BranchName;
      await withRepository(store, repository, async ({ gitDir, writeRefs }) => {
        await writeRefs(1, head, async () => refs);
        await writeRefs(1, head, async () => assert.fail("they are there"));
        const shown = await runGit(["for-each-ref", "--format=%(HEAD)%(refname) %(objectname)"], { gitDir });
        assert.equal(shown.toString(), `*refs/heads/trunk ${target}\n`);
        await writeRefs(2, head, async () => []);
        assert.equal((await runGit(["for-each-ref"], { gitDir })).toString(), "");
      });
      await opened.folders?.mendFolder(repository, 2, head, refs);
      assert.deepEqual((await opened.folders?.mendFolder(repository, 2, head, refs)) ?? [], []);
    });

    if (isOfFolders) describeFolders();

    function describeFolders(): void {
      let folders: PackFolders;
      before(() => {
        folders = opened.folders!;
      });

      test("a repack keeps all objects, for those who have it open too", async () => {
        const repository = await newRepository();
        const ids = [await add(repository, "one"), await add(repository, "two")];
        const kept = ids.map((target, index) => ({ name: `refs/heads/${index}` as RefName, target }));
        await withRepository(store, repository, async ({ gitDir }) => {
          const maintenance = await store.openMaintenance(repository, signal);
          const folder = await maintenance.openRepackFolder(kept, false);
          await repack({ gitDir: folder.gitDir, signal }, folder.plan);
          await folder.place();
          await folder.removeReplaced();
          await folder.close();
          await maintenance.close();
          const names = [...(await folders.listPackFiles(repository)).keys()];
          assert.equal(names.filter((name) => name.endsWith(".pack")).length, 1);
          for (const id of ids) assert.ok(await isThere(gitDir, id));
        });
        for (const id of ids) assert.ok(await has(repository, id));
        assert.ok(!(await store.needsMaintenance(repository)));
        assert.deepEqual(await folders.checkPackFiles(repository), []);
      });

      test("its files, taken for a backup, make a repository", async () => {
        const repository = await newRepository();
        const id = await add(repository, "backed up");
        const copy = newFolder();
        await createRepositoryFolder(copy);
        await folders.takeFiles(repository, {
          take: (file, from) => copyFile(from, join(copy, file)),
          drop: async () => {},
        });
        assert.ok(await isThere(copy, id));
        const nothing = { take: async () => {}, drop: async () => {} };
        await assert.rejects(folders.takeFiles(newUuid(), nothing), { code: "ENOENT" });
      });

      test("lists what it has, and sweeps what has no row", async () => {
        const [kept, lost, gone] = [newUuid(), newUuid(), newUuid()];
        for (const uuid of [kept, lost]) await store.createRepository(uuid);
        await (await store.createRepository(gone)).discard();
        const listed = async () => {
          const all = await folders.listRepositories();
          return [kept, lost, gone].map((uuid) => all.includes(uuid));
        };
        assert.deepEqual(await listed(), [true, true, false]);
        await store.sweep(async (uuid) => uuid === kept);
        assert.deepEqual(await listed(), [true, false, false]);
        const { changedAt, hasPacks } = await folders.locate(kept);
        assert.ok(changedAt !== undefined && hasPacks);
        assert.equal((await folders.locate(lost)).changedAt, undefined);
        assert.deepEqual(await folders.listLeftovers(), []);
      });
    }
  });
