import { openBackup } from "./actors/backup.ts";
import { openDatabaseCopy } from "./actors/database-copy.ts";
import { openDeletion } from "./actors/deletion.ts";
import { openDownload, openDownloadDeletion } from "./actors/download.ts";
import { openFork } from "./actors/fork.ts";
import { openMaintenance } from "./actors/maintenance.ts";
import { openReader } from "./actors/reader.ts";
import { openRefDeletion } from "./actors/refs.ts";
import { openRestore } from "./actors/restore.ts";
import { openStream } from "./actors/stream.ts";
import { addOldPacks, firstPush, maintenance, newBranch, secondPush } from "./cast.ts";
import type { Configuration } from "./system.ts";
import { BASE, FIRST, OLD } from "./world.ts";

/** Each is explored to its end by `npm run test:quick`. */
export const CONFIGURATIONS = {
  drop: {
    about: "two pushes, one of which leans on the old branch; its deletion; maintenance that keeps or drops",
    options: { deaths: true },
    cast: (world) => {
      addOldPacks(world);
      const { repository } = world;
      return {
        actors: [
          firstPush(world),
          secondPush(world),
          openRefDeletion(world, repository),
          maintenance(world, 1),
        ],
      };
    },
  },
  "ref-only": {
    about: "a branch is made where the old one is; a push; deletion of the old one; maintenance",
    options: { deaths: true },
    cast: (world) => {
      addOldPacks(world);
      return {
        actors: [
          firstPush(world),
          newBranch(world),
          openRefDeletion(world, world.repository),
          maintenance(world, 1),
        ],
      };
    },
  },
  reader: {
    about:
      "a push; deletion of the old branch; maintenance; a reader whose view grows; packs are brought one by one",
    options: { deaths: true, bringsOneByOne: true },
    cast: (world) => {
      addOldPacks(world);
      return {
        actors: [firstPush(world), openRefDeletion(world, world.repository), maintenance(world, 1)],
        readers: [openReader(world, { order: "one-look", grows: true })],
      };
    },
  },
  "refs-first": {
    about: "a reader that reads refs first, with former tips; a push, deletions, maintenance",
    options: { deaths: true, formerTips: true },
    cast: (world) => {
      addOldPacks(world);
      return {
        actors: [
          firstPush(world),
          openRefDeletion(world, world.repository),
          openDeletion(world, world.repository),
          maintenance(world, 1),
        ],
        readers: [openReader(world, { order: "refs-first" })],
      };
    },
  },
  race: {
    about: "two pushes on one ref; maintenance; requests that are repeated and applied late",
    options: { deaths: true, repeats: true },
    cast: (world) => {
      addOldPacks(world);
      return {
        actors: [
          firstPush(world),
          secondPush(world, { ref: "main", needs: BASE }),
          maintenance(world, 1, { mayDrop: false }),
        ],
      };
    },
  },
  "lost-answers": {
    about: "a push whose answer may be lost; another one on the same ref; deletion; maintenance",
    options: { deaths: true },
    cast: (world) => {
      addOldPacks(world);
      return {
        actors: [
          firstPush(world, { mayLoseAnswer: true }),
          secondPush(world, { ref: "main", needs: BASE }),
          openDeletion(world, world.repository),
          maintenance(world, 1, { mayDrop: false }),
        ],
      };
    },
  },
  inline: {
    about: "two pushes with small packs, whose answers may be lost; deletion of the old branch; maintenance",
    options: { deaths: true },
    cast: (world) => {
      addOldPacks(world);
      return {
        actors: [
          firstPush(world, { isInline: true, mayLoseAnswer: true }),
          secondPush(world, { isInline: true, mayLoseAnswer: true }),
          openRefDeletion(world, world.repository),
          maintenance(world, 1),
        ],
      };
    },
  },
  parts: {
    about: "a push and a maintenance that upload in parts; requests that are repeated and applied late",
    options: { deaths: true, repeats: true, isUploadSplit: true },
    cast: (world) => {
      addOldPacks(world);
      return { actors: [firstPush(world, { hasParts: true }), maintenance(world, 1, { mayDrop: false })] };
    },
  },
  condemned: {
    about:
      "a push that uploads its pack once more if the first has been condemned; maintenance; a slow store",
    options: { deaths: true, repeats: true, isUploadSplit: true },
    cast: (world) => {
      addOldPacks(world);
      const spare = world.addObject({ name: "pack-push-1-again", kind: "pack", content: FIRST });
      return {
        actors: [firstPush(world, { spare }), maintenance(world, 1, { mayDrop: false })],
      };
    },
  },
  "slow-store": {
    about: "a push; deletion; a download; requests that are repeated and applied late",
    options: { deaths: true, repeats: true, isUploadSplit: true },
    cast: (world) => {
      addOldPacks(world);
      const file = world.addObject({ name: "file-1", kind: "blob", content: 0 });
      return {
        actors: [
          firstPush(world),
          openDeletion(world, world.repository),
          openDownload(world, "download 1", file),
        ],
      };
    },
  },
  listing: {
    about: "a store that takes any signature, and a listing; a push; maintenance; deletion",
    options: { deaths: true, repeats: true, isUploadSplit: true, listing: true },
    cast: (world) => {
      addOldPacks(world);
      return {
        actors: [firstPush(world), openDeletion(world, world.repository), maintenance(world, 1)],
      };
    },
  },
  lease: {
    about: "two maintenances, one of which takes over from the other; deletion of the old branch",
    options: { deaths: true },
    cast: (world) => {
      addOldPacks(world);
      return {
        actors: [openRefDeletion(world, world.repository), maintenance(world, 1), maintenance(world, 2)],
      };
    },
  },
  derived: {
    about:
      "a branch that trusts the commit graph; maintenance that leaves graph and multi-pack index; a reader that grows",
    options: { deaths: true },
    cast: (world) => {
      addOldPacks(world);
      world.addObject({ name: "graph-old", kind: "graph", content: BASE | OLD, isThere: true });
      world.addObject({ name: "midx-old", kind: "midx", content: 3, isThere: true });
      return {
        actors: [
          newBranch(world, { usesGraph: true }),
          openRefDeletion(world, world.repository),
          maintenance(world, 1, { mayRoll: true }),
        ],
        readers: [openReader(world, { order: "one-look", grows: true })],
      };
    },
  },
  "derived-anew": {
    about:
      "a push; a branch that trusts the commit graph; maintenance that makes a new graph and a new multi-pack index",
    options: { deaths: true },
    cast: (world) => {
      addOldPacks(world);
      world.addObject({ name: "graph-old", kind: "graph", content: BASE | OLD, isThere: true });
      const derived = [
        world.addObject({ name: "graph-new", kind: "graph", content: undefined }),
        world.addObject({ name: "midx-new", kind: "midx", content: undefined }),
      ];
      return {
        actors: [
          firstPush(world),
          newBranch(world, { usesGraph: true }),
          openRefDeletion(world, world.repository),
          maintenance(world, 1, { mayRoll: true, derived }),
        ],
      };
    },
  },
  fork: {
    about: "a push; a fork; deletion of the parent; deletion of the old branch; maintenance",
    options: { deaths: true, fork: true },
    cast: (world) => {
      addOldPacks(world);
      return {
        actors: [
          firstPush(world),
          openFork(world),
          openDeletion(world, world.repository),
          openRefDeletion(world, world.repository),
          maintenance(world, 1),
        ],
      };
    },
  },
  "fork-graph": {
    about:
      "a fork, in which a branch is made that trusts a commit graph; deletion of the old branch; maintenance",
    options: { deaths: true, fork: true },
    cast: (world) => {
      addOldPacks(world);
      world.addObject({ name: "graph-old", kind: "graph", content: BASE | OLD, isThere: true });
      return {
        actors: [
          openFork(world),
          newBranch(world, { repository: world.fork, usesGraph: true }),
          openRefDeletion(world, world.repository),
          maintenance(world, 1),
        ],
      };
    },
  },
  adoption: {
    about: "a push; a fork that is given the packs of its parent; maintenance that keeps or drops",
    options: { deaths: true, fork: true },
    cast: (world) => {
      addOldPacks(world);
      const { fork: adopter } = world;
      return {
        actors: [
          firstPush(world),
          openFork(world),
          openRefDeletion(world, world.repository),
          maintenance(world, 1, { adopter, mayRoll: true }),
        ],
      };
    },
  },
  "fork-maintenance": {
    about:
      "a fork with a maintenance of its own; maintenance of the parent that gives it packs; both are deleted",
    options: { deaths: true, fork: true },
    cast: (world) => {
      addOldPacks(world);
      const { fork, repository, leases } = world;
      const own = world.addObject({ name: "pack-fork", kind: "pack", content: undefined });
      return {
        actors: [
          openFork(world),
          openDeletion(world, repository),
          openDeletion(world, fork),
          maintenance(world, 1, { adopter: fork, mayDrop: false }),
          openMaintenance(world, {
            name: "maintenance of the fork",
            repository: fork,
            lease: leases.fork,
            fence: 1,
            pack: own,
            mayDrop: false,
            adopter: repository,
          }),
        ],
      };
    },
  },
  backup: {
    about: "a backup whose hold may run out; a push; maintenance; deletion",
    options: { deaths: true, fork: true },
    cast: (world) => {
      addOldPacks(world);
      return {
        actors: [firstPush(world), openDeletion(world, world.repository), maintenance(world, 1)],
        backups: [openBackup(world)],
      };
    },
  },
  "two-backups": {
    about: "two backups with holds of their own; maintenance",
    options: { deaths: true, bringsOneByOne: true },
    cast: (world) => {
      addOldPacks(world);
      return {
        actors: [openRefDeletion(world, world.repository), maintenance(world, 1)],
        backups: [openBackup(world, 0), openBackup(world, 1)],
      };
    },
  },
  download: {
    about: "two downloads of one name; their deletion; deletion of the repository; a stream; a backup",
    options: { deaths: true },
    cast: (world) => {
      addOldPacks(world);
      const files = ["file-1", "file-2"].map((name) => world.addObject({ name, kind: "blob", content: 0 }));
      return {
        actors: [
          ...files.map((file, number) => openDownload(world, `download ${number + 1}`, file)),
          openDownloadDeletion(world),
          openDeletion(world, world.repository),
        ],
        readers: [openStream(world)],
        backups: [openBackup(world)],
      };
    },
  },
  restore: {
    about:
      "a restore into an empty database, with uploads in one request and in parts; then both are deleted; a reader",
    options: { deaths: true, fork: true, isEmpty: true },
    cast: (world) => {
      const objects = [
        world.addObject({ name: "pack-base", kind: "pack", content: BASE }),
        world.addObject({ name: "pack-old", kind: "pack", content: OLD, hasParts: true }),
      ];
      return {
        actors: [
          openRestore(world, objects),
          openDeletion(world, world.repository),
          openDeletion(world, world.fork),
        ],
        readers: [openReader(world, { order: "one-look" })],
      };
    },
  },
  copy: {
    about: "a copy of the database, started beside the original; a push",
    options: { deaths: true },
    cast: (world) => {
      addOldPacks(world);
      return { actors: [firstPush(world), openDatabaseCopy(world)] };
    },
  },
} as const satisfies Record<string, Configuration>;

export type ConfigurationName = keyof typeof CONFIGURATIONS;
