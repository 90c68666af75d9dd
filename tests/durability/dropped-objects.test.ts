// A drop of objects between any two steps of what changes refs: whatever is acknowledged is whole.

import assert from "node:assert/strict";
import { copyFile, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { parseCommitGraph } from "../../src/git/history/commit-graph.ts";
import { readGraphChecksum } from "../../src/git/packs/maintain.ts";
import { runGit } from "../../src/git/process/git-process.ts";
import { Failure } from "../../src/model/failure.ts";
import type { ObjectId } from "../../src/model/object-id.ts";
import type { RefName } from "../../src/model/ref-name.ts";
import type { RepositorySlug } from "../../src/model/slug.ts";
import { createBranch, createTag } from "../../src/operations/refs/create-ref.ts";
import { push } from "../../src/operations/refs/push.ts";
import { forkRepository } from "../../src/operations/repositories/fork-repository.ts";
import type { CommitPart } from "../../src/operations/source/commit-request.ts";
import { createCommit } from "../../src/operations/source/create-commit.ts";
import type { By, Ports } from "../../src/ports.ts";
import { withRepository } from "../../src/storage/packs/with-repository.ts";
import { applyRefUpdates } from "../../src/storage/sql/refs/ref-updates.ts";
import { findRef } from "../../src/storage/sql/refs/refs.ts";
import { findRepository } from "../../src/storage/sql/repositories/repositories.ts";
import { openWriteTransaction } from "../../src/storage/sql/write-transaction.ts";
import { createMigratedDatabaseSettings } from "../support/database/test-database.ts";
import { callerAs } from "../support/examples/sample-model.ts";
import { agePacks } from "../support/git/age-packs.ts";
import { maintainNow } from "../support/git/maintain-now.ts";
import { gitDirOf } from "../support/git/repository-folder.ts";
import { INSTALLATION_KINDS } from "../support/object-store/both-kinds.ts";
import { startFilledApp } from "../support/server/filled-app.ts";

const DAY_MS = 86_400_000;

for (const { dialect, objectStore, where } of INSTALLATION_KINDS)
  describe(`objects that are dropped meanwhile, on ${where}`, async () => {
    const testDatabase = await createMigratedDatabaseSettings(dialect);
    const { app, git, folder, rest, commit } = await startFilledApp({
      database: testDatabase.settings,
      objectStore,
    });
    after(() => testDatabase.remove());
    const { uuid } = app.repository;
    const graphIsRow = objectStore !== undefined && "a commit graph in an object store comes with its row";
    let names = 0;
    const newName = () => {
      names += 1;
      return `branch-${names}`;
    };

    /** The owner, whose transactions are those of the ports. */
    const byOf = (ports: Ports): By => ({
      ...app.by,
      caller: callerAs(app.owner),
      transaction: openWriteTransaction(ports, app.by.actor),
    });
    const current = async () => (await findRepository(app.ports.database.kysely, undefined, { uuid }))!;

    /** Drops, 15 days from now, what nothing has reached for two weeks then. */
    async function drop(ports: Ports = app.ports, { isAged = true } = {}): Promise<void> {
      await agePacks(ports, uuid, { ...(isAged ? { packsDays: 20 } : {}), dropDays: 15 });
      const clock = () => new Date(Date.now() + 15 * DAY_MS);
      await maintainNow({ ...ports, clock }, uuid);
      await agePacks(ports, uuid, { dropDays: 0 });
    }

    /** The same ports, with something done once before the first transaction that begins. */
    function interrupted(between: () => Promise<void>): Ports {
      let isDone = false;
      const { transactions } = app.ports;
      return {
        ...app.ports,
        transactions: {
          async transaction(work) {
            if (!isDone) {
              isDone = true;
              await between();
            }
            return transactions.transaction(work);
          },
        },
      };
    }

    /** A commit that a branch has just left: kept by what the server knows, and dropped by a drop in 15 days. */
    async function leaveCommit(): Promise<ObjectId> {
      const name = newName();
      await git.out(["checkout", "--quiet", "--detach", "main"], { folder });
      const id = await commit({ [`only-in-${name}.txt`]: `${name}\n`.repeat(200) }, name);
      await git.out(["push", "--quiet", "origin", `HEAD:refs/heads/${name}`], { folder });
      await git.out(["checkout", "--quiet", "main"], { folder });
      assert.equal((await rest("DELETE", `/refs/branches/${name}`)).status, 204);
      return id as ObjectId;
    }

    async function isThere(id: ObjectId): Promise<boolean> {
      return withRepository(app.ports.packs, uuid, async ({ gitDir }) => {
        const { status } = await git.run(["cat-file", "-e", `${id}^{tree}`], { folder: gitDir });
        return status === 0;
      });
    }

    async function assertWhole(): Promise<void> {
      const { refGeneration } = await current();
      const refs = (await app.ports.database.lookups.listRefs(uuid)).slice();
      await withRepository(app.ports.packs, uuid, async (opened) => {
        await opened.writeRefs(refGeneration, undefined, async () => refs);
        await git.out(["fsck", "--full", "--strict", "--no-dangling"], { folder: opened.gitDir });
      });
    }

    async function packOf(tip: string, ...known: readonly string[]): Promise<Buffer> {
      const input = [tip, ...known.map((id) => `^${id}`)].join("\n");
      return git.bytes(["pack-objects", "--revs", "--stdout", "--quiet"], { folder, input: `${input}\n` });
    }

    async function pushTo(ports: Ports, name: string, id: string, pack: Buffer): Promise<string> {
      async function* bytes() {
        yield pack;
      }
      const report = await push(
        ports,
        byOf(ports),
        await current(),
        {
          capabilities: new Map(),
          commands: [{ name: `refs/heads/${name}`, old: undefined, new: id as ObjectId }],
          pack: bytes(),
        } as unknown as Parameters<typeof push>[3],
        {},
      );
      return report.unpackProblem ?? report.refs[0]?.refused ?? "ok";
    }

    async function* parts(name: string, parent: ObjectId): AsyncGenerator<CommitPart> {
      yield { kind: "detail", detail: "branch", text: name };
      yield { kind: "detail", detail: "parents", text: parent };
      async function* content() {
        yield Buffer.from("new\n");
      }
      yield { kind: "file", path: "new.txt" as never, type: "file", content: content() };
    }

    const EMPTY_PACK = Buffer.from("5041434b0000000200000000029d08823bd8a8eab510ad6ac75c823cfd3ed31e", "hex");

    test("a first commit is there", async () => {
      await commit({ "a.txt": "a\n" }, "First");
      await git.out(["push", "--quiet", "origin", "HEAD:refs/heads/main"], { folder });
      // A repository's first maintenance drops nothing.
      await maintainNow(app.ports, uuid);
      assert.equal((await current()).dropNumber, 0);
    });

    for (const [what, act] of [
      [
        "a branch over REST",
        async (ports: Ports, name: string, id: ObjectId) =>
          void (await createBranch(ports, byOf(ports), await current(), { name, revision: id })),
      ],
      [
        "a tag over REST",
        async (ports: Ports, name: string, id: ObjectId) =>
          void (await createTag(ports, byOf(ports), await current(), {
            name,
            revision: id,
            message: "kept",
          })),
      ],
      [
        "a commit over REST on top of it",
        async (ports: Ports, name: string, id: ObjectId) =>
          void (await createCommit(ports, byOf(ports), await current(), parts(name, id))),
      ],
      [
        "a push without a pack",
        async (ports: Ports, name: string, id: ObjectId) => {
          const answer = await pushTo(ports, name, id, EMPTY_PACK);
          if (answer !== "ok") throw new Failure("unavailable", answer);
        },
      ],
      [
        "a push of a commit on top of it",
        async (ports: Ports, name: string, id: ObjectId) => {
          await git.out(["checkout", "--quiet", "--detach", id], { folder });
          const next = await commit({ "on-top.txt": name }, "On top");
          await git.out(["checkout", "--quiet", "main"], { folder });
          const answer = await pushTo(ports, name, next, await packOf(next, id));
          if (answer !== "ok") throw new Failure("unavailable", answer);
        },
      ],
    ] as const) {
      test(`${what} is made if nothing comes between`, async () => {
        const name = newName();
        await act(app.ports, name, await leaveCommit());
        await drop();
        await assertWhole();
      });

      test(`${what} is refused if what it needs is dropped after it was found`, async () => {
        const [name, id] = [newName(), await leaveCommit()];
        const ports = interrupted(() => drop());
        await assert.rejects(act(ports, name, id), (error) => error instanceof Failure);
        assert.ok(!(await isThere(id)));
        for (const ref of [`refs/heads/${name}`, `refs/tags/${name}`])
          assert.equal(await findRef(app.ports.database.kysely, uuid, ref as RefName), undefined);
        await assertWhole();
      });
    }

    test("what a push has brought is put in place once more after a drop, and stays", async () => {
      await git.out(["checkout", "--quiet", "main"], { folder });
      const next = await commit({ "brought.txt": "brought\n" }, "ReceivedObjects");
      const name = newName();
      const ports = interrupted(() => drop(app.ports, { isAged: false }));
      assert.equal(await pushTo(ports, name, next, await packOf(next, `${next}~`)), "ok");
      await drop();
      await assertWhole();
    });

    // With an object store it has no row yet, so that no drop can take it.
    const isTaken = objectStore === undefined;
    test(`what a push has brought whose pack seems old is ${isTaken ? "refused after a drop, and can be pushed again" : "left by a drop"}`, async () => {
      const next = await commit({ "again.txt": "again\n" }, "Again");
      const name = newName();
      const pack = await packOf(next, `${next}~`);
      const pushed = pushTo(
        interrupted(() => drop()),
        name,
        next,
        pack,
      );
      if (isTaken) {
        await assert.rejects(pushed, /repacked: try again/);
        assert.ok(!(await isThere(next as ObjectId)));
        assert.equal(await pushTo(app.ports, name, next, pack), "ok");
      } else assert.equal(await pushed, "ok");
      await drop();
      assert.ok(await isThere(next as ObjectId));
      await assertWhole();
    });

    test("a drop gives way to a ref that has come meanwhile, if that needs what is to go", async () => {
      const id = await leaveCommit();
      const { dropNumber } = await current();
      const name = `refs/heads/${newName()}` as RefName;
      let begun = 0;
      const { transactions } = app.ports;
      const ports: Ports = {
        ...app.ports,
        transactions: {
          async transaction(work) {
            begun += 1;
            // As one that has not looked at what it points at.
            if (begun === 1)
              await transactions.transaction((tx) =>
                applyRefUpdates(tx, uuid, [{ name, old: undefined, new: id, peeled: undefined }], {
                  isAtomic: true,
                  now: new Date(),
                }),
              );
            return transactions.transaction(work);
          },
        },
      };
      await drop(ports);
      assert.ok(begun >= 1);
      assert.equal((await current()).dropNumber, dropNumber);
      assert.ok(await isThere(id));
      await assertWhole();
    });

    test("a drop is declared beside a push that needs nothing of what goes", async () => {
      const gone = await leaveCommit();
      const next = await commit({ "beside.txt": "beside\n" }, "Beside");
      const name = newName();
      const { dropNumber } = await current();
      const pack = await packOf(next, `${next}~`);
      const ports = interrupted(async () => assert.equal(await pushTo(app.ports, name, next, pack), "ok"));
      await drop(ports);
      assert.equal((await current()).dropNumber, dropNumber + 1);
      assert.ok(!(await isThere(gone)));
      await assertWhole();
    });

    test("a commit graph that is not the one that was noted vouches for nothing, on a warm server", {
      skip: graphIsRow,
    }, async () => {
      const gitDir = gitDirOf(app.ports, uuid);
      const id = await leaveCommit();
      await git.out(["checkout", "--quiet", "--detach", id], { folder });
      const next = await commit({ "on-top-of-gone.txt": "x" }, "On top");
      await git.out(["checkout", "--quiet", "main"], { folder });
      const tips = (await app.ports.database.lookups.listRefs(uuid)).map(({ target }) => target);
      await runGit(["commit-graph", "write", "--stdin-commits"], {
        gitDir,
        input: [...tips, id].map((tip) => `${tip}\n`).join(""),
      });
      assert.equal((await rest("GET", `/commit/${id}`)).status, 200);
      assert.equal((await rest("GET", `/src/${id}/?max_depth=3`)).status, 200);
      const graph = join(gitDir, "objects", "info", "commit-graph");
      await copyFile(graph, `${graph}-stale`);
      await drop();
      // As if the renewed one had not reached the disk.
      await rename(`${graph}-stale`, graph);
      assert.ok(!(await isThere(id)));
      assert.match(await pushTo(app.ports, newName(), next, await packOf(next, id)), /missing|index-pack/);
      assert.match(await pushTo(app.ports, newName(), id, EMPTY_PACK), /missing/);
      await drop();
      await assertWhole();
    });

    test("a commit graph that a frozen process puts over a newer one vouches for nothing, and is written anew", {
      skip: graphIsRow,
    }, async () => {
      const gitDir = gitDirOf(app.ports, uuid);
      const id = await leaveCommit();
      await git.out(["checkout", "--quiet", "--detach", id], { folder });
      const next = await commit({ "on-top-of-frozen.txt": "x" }, "On top");
      await git.out(["checkout", "--quiet", "main"], { folder });
      const graphPath = join(gitDir, "objects", "info", "commit-graph");
      const isInGraph = async () => parseCommitGraph(await readFile(graphPath))!.find(id) !== undefined;
      const noted = async () => (await current()).commitGraph;
      const listCommits = async (): Promise<string[]> =>
        (await rest("GET", "/commits?pagelen=100")).json.values.map(({ hash }: { hash: string }) => hash);
      const { packs, database } = app.ports;
      const frozenBeforeRename: Ports = {
        ...app.ports,
        packs: {
          ...packs,
          async openMaintenance(...args) {
            const opened = await packs.openMaintenance(...args);
            const openRepackFolder: typeof opened.openRepackFolder = async (refs, drops) => {
              const repack = await opened.openRepackFolder(refs, drops);
              async function placeCommitGraph() {
                // The lease runs out, and another process drops the commit.
                await database.kysely.updateTable("lease").set({ expires_at: 0 }).execute();
                await drop();
                assert.ok(!(await isInGraph()));
                await repack.placeCommitGraph();
              }
              return { ...repack, placeCommitGraph };
            };
            return { ...opened, openRepackFolder };
          },
        },
      };
      await maintainNow(frozenBeforeRename, uuid);
      assert.ok(await isInGraph());
      assert.notEqual(await readGraphChecksum(gitDir), await noted());

      // With it, git's fsck would find fault with the graph alone.
      await git.out(["-c", "core.commitGraph=false", "fsck", "--full", "--strict"], { folder: gitDir });
      const listed = await listCommits();
      assert.ok(!listed.includes(id));
      assert.match(await pushTo(app.ports, newName(), next, await packOf(next, id)), /missing|index-pack/);
      assert.match(await pushTo(app.ports, newName(), id, EMPTY_PACK), /missing/);

      await maintainNow(app.ports, uuid);
      assert.equal(await readGraphChecksum(gitDir), await noted());
      assert.ok(!(await isInGraph()));
      await git.out(["commit-graph", "verify"], { folder: gitDir });
      assert.deepEqual(await listCommits(), listed);
      await assertWhole();
    });

    test("a fork whose parent drops a branch between its refs and its packs is whole", async () => {
      const name = newName();
      const id = await leaveCommit();
      await createBranch(app.ports, byOf(app.ports), await current(), { name, revision: id });
      let times = 0;
      const ports: Ports = {
        ...app.ports,
        packs: {
          ...app.ports.packs,
          async copyRepository(from, to) {
            times += 1;
            if (times === 1) {
              assert.equal((await rest("DELETE", `/refs/branches/${name}`)).status, 204);
              await drop();
              assert.ok(!(await isThere(id)));
            }
            return app.ports.packs.copyRepository(from, to);
          },
        },
      };
      const fork = await forkRepository(ports, byOf(ports), await current(), {
        workspace: app.workspace,
        project: app.project,
        slug: "the-fork" as RepositorySlug,
      });
      assert.equal(times, 2);
      const refs = await app.ports.database.lookups.listRefs(fork.uuid);
      assert.ok(!refs.some((ref) => ref.name === `refs/heads/${name}`));
      await withRepository(app.ports.packs, fork.uuid, async (opened) => {
        await opened.writeRefs(fork.refGeneration, undefined, async () => refs);
        await git.out(["fsck", "--full", "--no-dangling"], { folder: opened.gitDir });
      });
    });
  });
