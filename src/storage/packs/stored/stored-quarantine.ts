import { access, link, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "pino";
import { reachFaultPoint } from "../../../fault-points.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { hasCode } from "../../files/has-code.ts";
import { makeFolders } from "../../files/make-folders.ts";
import { addPacks } from "../../sql/stored-objects/packs.ts";
import { ObjectCondemnedError, type UploadedObject } from "../../sql/stored-objects/stored-objects.ts";
import type { ObjectCache } from "../../stored-objects/object-cache.ts";
import type { StoredObjects } from "../../stored-objects/stored-objects.ts";
import type { AcceptedObjects, Quarantine } from "../pack-store.ts";
import { openViewForPush } from "./open-view-for-push.ts";
import { listPackFileSets, type PackFileSet } from "./pack-file-set.ts";
import type { RepositoryViews, ShownPack } from "./repository-views.ts";

export type StoredQuarantineOptions = {
  readonly repository: Uuid;
  readonly views: RepositoryViews;
  readonly storedObjects: StoredObjects;
  readonly cache: ObjectCache;
  /** Names the folder in which the quarantine is created. */
  readonly newFolder: () => string;
  readonly log: Logger;
};

/** A pack of the quarantine that has been uploaded. */
type Uploaded = {
  readonly files: PackFileSet;
  readonly object: UploadedObject;
  shown: ShownPack | undefined;
  state: "uploaded" | "recorded" | "committed";
};

const FOLDER_MODE = 0o700;
/** The mode that git itself uses for files that never change. */
const PACK_FILE_MODE = 0o444;

/**
 * A quarantine whose objects go to the object store. Its files are not synced: the store's acknowledgement, or the database's,
 * stands for that.
 *
 * @param uploaded what an earlier quarantine of the same objects has uploaded, by the names that git gave the packs.
 */
export async function openStoredQuarantine(
  options: StoredQuarantineOptions,
  uploaded: Map<string, Uploaded> = new Map(),
): Promise<Quarantine> {
  const { repository, views, storedObjects, cache, newFolder, log } = options;
  const view = await openViewForPush(views, repository);
  const folder = newFolder();
  const packFolder = join(folder, "pack");
  try {
    await makeBoth(folder, packFolder);
  } catch (error) {
    view.close();
    throw error;
  }
  /** Another quarantine has taken over what is uploaded. */
  let isHandedOver = false;
  let isOpen = true;
  /** Ends what is uploaded for a push that is refused. */
  const abort = new AbortController();
  /** What is uploaded beside the checks. */
  let begun: Promise<void> | undefined;

  async function upload(files: PackFileSet): Promise<Uploaded> {
    const before = uploaded.get(files.base);
    if (before !== undefined) return before;
    const { source, sections } = files;
    const object = await storedObjects.upload({ kind: "pack", source, sections, signal: abort.signal });
    const made: Uploaded = { files, object, shown: undefined, state: "uploaded" };
    uploaded.set(files.base, made);
    return made;
  }

  async function uploadAll(): Promise<readonly Uploaded[]> {
    return Promise.all((await listPackFileSets(packFolder)).map(upload));
  }

  /** Gives up what has no row, and keeps for the cache what has one. Its files are shown no more in any case: they go. */
  async function settle(one: Uploaded): Promise<void> {
    let isNamed = false;
    try {
      isNamed =
        one.state === "committed" ||
        ((one.object.inline === undefined || one.state === "recorded") &&
          (await storedObjects.condemn(one.object)) === "named");
      if (isNamed)
        await cache.adopt(
          { ...one.object, sections: one.files.sections, isInline: isInline(one) },
          one.files.files,
        );
    } catch (error) {
      // What is pending is swept, and what is named comes to the cache when it is read.
      log.warn({ err: error, "repository.uuid": repository }, "an uploaded object was not settled");
    } finally {
      await (isNamed ? one.shown?.keep() : one.shown?.hide());
    }
  }

  return {
    gitDir: view.gitDir,
    isIntact: async () =>
      (await access(packFolder).then(
        () => true,
        () => false,
      )) && (await view.isIntact()),
    folder,
    objectFolder: folder,
    packFiles: {
      write: (name, bytes) => writeFile(join(packFolder, name), bytes, { flag: "wx", mode: PACK_FILE_MODE }),
      remove: (name) => rm(join(packFolder, name), { force: true }),
    },
    noteGitPacks() {},
    beginAccepting() {
      // An error is told by `accept`, which tries again.
      begun = uploadAll().then(
        () => {},
        () => {},
      );
    },
    async accept(): Promise<AcceptedObjects> {
      await begun;
      const accepted = await uploadAll();
      for (const one of accepted)
        one.shown ??= await views.show(repository, one.object.name, one.files.files);
      reachFaultPoint("upload.shown");
      let added: (() => Promise<number>) | undefined;
      return {
        async record(tx) {
          if (accepted.length === 0) return undefined;
          for (const one of accepted) one.state = "recorded";
          try {
            added = await addPacks(
              tx,
              repository,
              accepted.map(({ object, files }) => ({ object, kind: "push", objects: files.objects })),
            );
            return undefined;
          } catch (error) {
            if (error instanceof ObjectCondemnedError)
              for (const one of accepted) {
                await one.shown?.hide();
                uploaded.delete(one.files.base);
              }
            throw error;
          }
        },
        async confirm() {
          for (const one of accepted) if (one.state === "recorded") one.state = "committed";
          if (added === undefined) return;
          // It is committed, but the answers may have been lost with the connection: then the next look tells.
          const generation = await added().catch(() => undefined);
          if (generation === undefined) return;
          const names = accepted.map(({ object }) => object.name);
          views.noteAdded(repository, names, generation);
        },
      };
    },
    async reopen() {
      await begun;
      const again = await openStoredQuarantine(options, uploaded);
      isHandedOver = true;
      try {
        for (const { files } of uploaded.values())
          for (const [ending, path] of files.files)
            await link(path, join(again.objectFolder, "pack", `${files.base}.${ending}`)).catch(
              (error: unknown) => {
                if (!hasCode(error, "EEXIST")) throw error;
              },
            );
      } catch (error) {
        await again.discard();
        throw error;
      }
      return again;
    },
    async discard() {
      if (!isOpen) return;
      isOpen = false;
      try {
        abort.abort();
        await begun;
        if (!isHandedOver) for (const one of uploaded.values()) await settle(one);
      } finally {
        view.close();
        await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 20 });
      }
    },
  };
}

function isInline({ object }: Uploaded): boolean {
  return object.inline !== undefined;
}

/** One by one, because every push waits for this, and `recursive` takes several times as long. */
async function makeBoth(folder: string, packFolder: string): Promise<void> {
  try {
    for (const path of [folder, packFolder]) await mkdir(path, { mode: FOLDER_MODE });
  } catch (error) {
    if (!hasCode(error, "ENOENT")) throw error;
    await makeFolders(packFolder);
  }
}
