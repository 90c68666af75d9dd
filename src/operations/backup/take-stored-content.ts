import { existsSync } from "node:fs";
import { join } from "node:path";
import { reachFaultPoint } from "../../fault-points.ts";
import { Failure } from "../../model/failure.ts";
import { fullName } from "../../model/repository.ts";
import type { Ports } from "../../ports.ts";
import type { BackupStore } from "../../storage/backup/backup-store.ts";
import {
  type ObjectSnapshot,
  type SnapshotObject,
  takeObjectsOut,
} from "../../storage/backup/object-snapshot.ts";
import { downloadBlobName } from "../../storage/blobs/download-blob-name.ts";
import type { StoredContent } from "../../storage/content/open-content.ts";
import { createRepositoryFolder } from "../../storage/packs/repository-folders.ts";
import { findRepositoryReferences } from "../../storage/sql/repositories/repositories.ts";
import { createSnapshot, readSnapshot, type SnapshotContent } from "../../storage/sql/snapshot.ts";
import { withHold } from "../../storage/sql/stored-objects/with-hold.ts";
import { atOnce } from "./at-once.ts";
import { DATABASE_PATH, repositoryPath } from "./backup-paths.ts";
import { takeObject } from "./take-object.ts";
import type { TakenContent } from "./taken-content.ts";

export type StoredContentPorts = Pick<Ports, "database" | "log"> & {
  readonly stored: Pick<StoredContent, "store" | "objects">;
};

/** Requests for small objects wait for the store, not for the network or the disk. */
const OBJECTS_AT_ONCE = 8;

/**
 * Takes the database, then the objects that its rows name, unless the backup has them. None of them is deleted meanwhile: a hold
 * is there before the snapshot, and it is looked at again when everything has been taken.
 *
 * @throws Failure unavailable
 */
export async function takeStoredContent(
  ports: StoredContentPorts,
  folder: string,
  store: BackupStore,
): Promise<TakenContent> {
  const takeInto = async (object: SnapshotObject, signal: AbortSignal) => {
    await takeObject(ports.stored, { folder, store, signal }, object).catch(async (error: unknown) => {
      throw await withRepositoryNames(ports, object, error);
    });
    reachFaultPoint("backup.object-taken");
  };
  return withHold(ports, "backup", async (signal) => {
    const database = await createSnapshot(ports.database, folder);
    const objects = takeObjectsOut(join(folder, database));
    reachFaultPoint("backup.objects-listed");
    try {
      const content = readSnapshot(join(folder, database));
      requireBlobs(objects, content);
      for (const repository of content.repositories) {
        const gitDir = join(folder, repositoryPath(repository));
        if (!existsSync(join(gitDir, "config"))) await createRepositoryFolder(gitDir);
      }
      await atOnce(objects.list(), OBJECTS_AT_ONCE, takeInto, signal);
      await store.add(DATABASE_PATH, database);
      return { database, content };
    } finally {
      objects.close();
    }
  });
}

const NAMES_MAX = 3;

/** An operator knows repositories by their names, and the object by none. What has forks has many. */
async function withRepositoryNames(
  { database }: Pick<Ports, "database">,
  { repositories, blobs }: SnapshotObject,
  error: unknown,
): Promise<unknown> {
  if (!(error instanceof Failure)) return error;
  const uuids = [...repositories, ...blobs.map(({ repositoryUuid }) => repositoryUuid)];
  const known = await findRepositoryReferences(
    database.kysely,
    new Set(uuids.filter((uuid) => uuid !== null).slice(0, NAMES_MAX)),
  );
  const names = [...known.values()].map(fullName);
  const message = error.message.replace(/^(?!Cannot back up: )/, "Cannot back up: ");
  return new Failure(
    error.kind,
    names.length === 0 ? message : `${message} (repository ${names.join(", ")})`,
    error.details,
  );
}

function requireBlobs(objects: ObjectSnapshot, { downloads }: SnapshotContent): void {
  const missing = downloads.filter(({ fileUuid }) => !objects.hasBlob(downloadBlobName(fileUuid)));
  if (missing.length > 0)
    throw new Failure(
      "unavailable",
      `Cannot back up: ${missing.length} downloads that have a row have no file: see pail fsck`,
    );
}
