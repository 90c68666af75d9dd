import { openBackup } from "./actors/backup.ts";
import { openDeletion } from "./actors/deletion.ts";
import { openDownload } from "./actors/download.ts";
import { openFork } from "./actors/fork.ts";
import { openReader } from "./actors/reader.ts";
import { openRefDeletion } from "./actors/refs.ts";
import { addOldPacks, firstPush, maintenance, secondPush } from "./cast.ts";
import type { Configuration } from "./system.ts";

/** Too large for every run: each is explored to its end by `npm run test:long`. */
export const LARGE_CONFIGURATIONS = {
  "drop-and-read": {
    about: "two pushes, one of which leans on the old branch; its deletion; maintenance; a reader",
    options: { deaths: true },
    cast: (world) => {
      addOldPacks(world);
      return {
        actors: [
          firstPush(world),
          secondPush(world),
          openRefDeletion(world, world.repository),
          maintenance(world, 1),
        ],
        readers: [openReader(world, { order: "one-look", grows: true })],
      };
    },
  },
  "lease-and-push": {
    about:
      "two maintenances, one of which takes over from the other; a push that leans on the old branch; its deletion",
    options: { deaths: true },
    cast: (world) => {
      addOldPacks(world);
      return {
        actors: [
          secondPush(world),
          openRefDeletion(world, world.repository),
          maintenance(world, 1),
          maintenance(world, 2),
        ],
      };
    },
  },
  "slow-store-and-maintenance": {
    about: "a push; maintenance; deletion; a download; requests that are repeated and applied late",
    options: { deaths: true, repeats: true, isUploadSplit: true },
    cast: (world) => {
      addOldPacks(world);
      const file = world.addObject({ name: "file-1", kind: "blob", content: 0 });
      return {
        actors: [
          firstPush(world),
          openDeletion(world, world.repository),
          openDownload(world, "download 1", file),
          maintenance(world, 1),
        ],
      };
    },
  },
  "inline-and-read": {
    about:
      "two pushes with small packs, whose answers may be lost; deletion of the old branch; maintenance; a reader",
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
        readers: [openReader(world, { order: "one-look" })],
      };
    },
  },
  "fork-and-backup": {
    about: "a push; a fork that may be given packs; both are deleted; maintenance; a backup",
    options: { deaths: true, fork: true },
    cast: (world) => {
      addOldPacks(world);
      return {
        actors: [
          firstPush(world),
          openFork(world),
          openDeletion(world, world.repository),
          openDeletion(world, world.fork),
          openRefDeletion(world, world.repository),
          maintenance(world, 1, { adopter: world.fork }),
        ],
        backups: [openBackup(world)],
      };
    },
  },
} as const satisfies Record<string, Configuration>;
