import { randomUUID } from "node:crypto";
import { closeSync, openSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import SqliteDatabase from "better-sqlite3";
import type { Uuid } from "../../model/uuid.ts";
import type { ObjectName, Sections } from "../sql/stored-objects/stored-objects.ts";

/**
 * The tables that say where the content of an installation lies in its object store, in the order in which their rows can be
 * deleted. A backup has the content itself, as files, so it is the same for an installation whose data is a folder.
 */
const TABLES = ["pack", "blob", "inline_object", "stored_object", "hold", "server_key"] as const;

/** An object that rows of a snapshot name, with all of these rows. */
export type SnapshotObject = {
  readonly name: ObjectName;
  readonly bytes: number;
  readonly sha256: Buffer;
  /** Undefined of a blob. */
  readonly sections: Sections | undefined;
  /** Undefined: it is in the store. */
  readonly content: Buffer | undefined;
  /** The repositories with a row of `pack`. Forks share packs with their parents. */
  readonly repositories: readonly Uuid[];
  /** The rows of `blob`. */
  readonly blobs: readonly { readonly name: string; readonly repositoryUuid: Uuid | null }[];
};

/** What a snapshot of the database says about the objects of the store. */
export type ObjectSnapshot = {
  /** Each object once, read as they are asked for. Nothing else may be asked before the end. */
  list(): IterableIterator<SnapshotObject>;
  hasBlob(name: string): boolean;
  close(): void;
};

/**
 * Moves the rows about stored objects out of a snapshot into a file of their own, beside it.
 *
 * @param path of the snapshot, which is then as that of an installation without an object store.
 */
export function takeObjectsOut(path: string): ObjectSnapshot {
  const objectPath = join(dirname(path), `pail-${randomUUID()}.sqlite`);
  // So that only its owner can read it. An empty file is an empty database.
  closeSync(openSync(objectPath, "wx", 0o600));
  const file = new SqliteDatabase(path, { fileMustExist: true });
  try {
    file.prepare("attach ? as objects").run(objectPath);
    file.exec("pragma objects.synchronous = off");
    for (const table of TABLES) {
      file.exec(`create table objects."${table}" as select * from main."${table}"`);
      file.exec(`delete from main."${table}"`);
    }
    file.exec("create index objects.pack_of_object on pack (object_name)");
    file.exec("create index objects.blob_of_object on blob (object_name)");
    file.exec("create unique index objects.content_of_object on inline_object (name)");
    file.exec("create unique index objects.blob_of_name on blob (name)");
    file.exec("detach objects");
    file.exec("vacuum main");
  } finally {
    file.close();
  }
  const objects = new SqliteDatabase(objectPath, { readonly: true, fileMustExist: true });
  return {
    list: () => listObjects(objects),
    hasBlob: (name) => objects.prepare("select 1 from blob where name = ?").get(name) !== undefined,
    close() {
      objects.close();
      rmSync(objectPath, { force: true });
    },
  };
}

type ObjectRow = {
  readonly name: ObjectName;
  readonly bytes: number;
  readonly sha256: Buffer;
  readonly sections: string | null;
  readonly content: Buffer | null;
  readonly repositories: string;
  readonly blobs: string;
};

function* listObjects(objects: SqliteDatabase.Database): IterableIterator<SnapshotObject> {
  const rows = objects.prepare<unknown[], ObjectRow>(`
    select * from (
      select stored.name, stored.bytes, stored.sha256, stored.sections, inline_object.content,
        (select json_group_array(repository_uuid) from pack where object_name = stored.name) as repositories,
        (select json_group_array(json_object('name', name, 'repositoryUuid', repository_uuid)) from blob where object_name = stored.name) as blobs
      from stored_object as stored left join inline_object on inline_object.name = stored.name
      where stored.state = 'named'
    ) where repositories <> '[]' or blobs <> '[]'`);
  for (const row of rows.iterate())
    yield {
      name: row.name,
      bytes: row.bytes,
      sha256: row.sha256,
      sections: row.sections === null ? undefined : (JSON.parse(row.sections) as Sections),
      content: row.content ?? undefined,
      repositories: JSON.parse(row.repositories) as Uuid[],
      blobs: JSON.parse(row.blobs) as SnapshotObject["blobs"],
    };
}
