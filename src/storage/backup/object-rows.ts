import SqliteDatabase from "better-sqlite3";
import type { Uuid } from "../../model/uuid.ts";
import type { PackRow } from "../sql/schema/stored-objects.ts";
import type { UploadedObject } from "../sql/stored-objects/stored-objects.ts";

/** What a snapshot says of a repository whose packs are about to be stored. */
export type SnapshotRepository = {
  /** The checksum of its commit graph. */
  readonly commitGraph: string | undefined;
};

/**
 * Writes rows about stored objects into a snapshot of a database, which then is that of an installation with an object store. One
 * transaction: nothing is there before `commit`.
 */
export type ObjectRows = {
  findRepository(uuid: Uuid): SnapshotRepository | undefined;
  hasDownload(repositoryUuid: Uuid, fileUuid: Uuid): boolean;
  addPack(
    object: UploadedObject,
    repositories: readonly Uuid[],
    pack: { readonly kind: PackRow["kind"]; readonly objects: number },
  ): void;
  addBlob(object: UploadedObject, blob: { readonly name: string; readonly repositoryUuid: Uuid }): void;
  /** Counts what each repository has, and forgets commit graphs that have not been added. */
  commit(): void;
  /** How many of the objects are not in the database itself. */
  countInStore(): number;
  close(): void;
};

/** @param stateAt the time of all objects, by the clock of the database that they are for, in milliseconds. */
export function openObjectRows(path: string, stateAt: number): ObjectRows {
  const file = new SqliteDatabase(path, { fileMustExist: true });
  file.pragma("foreign_keys = on");
  file.exec("begin");
  const insertObject = file.prepare(
    "insert into stored_object (name, kind, state, names, bytes, sha256, sections, made_by, state_at) values (?, ?, 'named', ?, ?, ?, ?, ?, ?)",
  );
  const insertContent = file.prepare("insert into inline_object (name, content) values (?, ?)");
  const insertPack = file.prepare(
    `insert into pack (repository_uuid, object_name, kind, objects, added_generation, drop_number)
     select uuid, ?, ?, ?, pack_generation + 1, drop_number from repository where uuid = ?`,
  );
  const insertBlob = file.prepare("insert into blob (name, repository_uuid, object_name) values (?, ?, ?)");
  const selectRepository = file.prepare<unknown[], { graph: string | null }>(
    "select commit_graph as graph from repository where uuid = ?",
  );
  const selectDownload = file.prepare("select 1 from download where repository_uuid = ? and file_uuid = ?");

  let inStore = 0;

  function addObject(object: UploadedObject, names: number): void {
    const { name, kind, bytes, sha256, sections, inline, madeBy } = object;
    if (inline === undefined) inStore += 1;
    const lengths = sections === undefined ? null : JSON.stringify(sections);
    insertObject.run(name, kind, names, bytes, sha256, lengths, madeBy, stateAt);
    if (inline !== undefined) insertContent.run(name, inline);
  }

  return {
    findRepository(uuid) {
      const row = selectRepository.get(uuid);
      return row && { commitGraph: row.graph ?? undefined };
    },
    hasDownload: (repositoryUuid, fileUuid) => selectDownload.get(repositoryUuid, fileUuid) !== undefined,
    addPack(object, repositories, { kind, objects }) {
      addObject(object, repositories.length);
      for (const uuid of repositories) insertPack.run(object.name, kind, objects, uuid);
    },
    addBlob(object, { name, repositoryUuid }) {
      addObject(object, 1);
      insertBlob.run(name, repositoryUuid, object.name);
    },
    commit() {
      file.exec(`update repository set commit_graph = null
        where uuid not in (select repository_uuid from pack where kind = 'graph')`);
      file.exec(`update repository set pack_generation = pack_generation + 1, size_bytes = (
          select sum(bytes) from pack join stored_object on name = object_name where repository_uuid = uuid
        ) where uuid in (select repository_uuid from pack)`);
      file.exec("commit");
    },
    countInStore: () => inStore,
    close: () => void file.close(),
  };
}
