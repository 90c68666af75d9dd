import type { Uuid } from "../../model/uuid.ts";
import type { BlobId } from "../../storage/blobs/blob-store.ts";
import { KEY_NAMES } from "../../storage/keys/key-losses.ts";
import type { KeyName } from "../../storage/keys/keys.ts";
import type { RestoredFile } from "./restored-file.ts";

/** A pack with all that belongs to it. */
export type PackFiles = {
  readonly repositoryUuid: Uuid;
  /** By their endings. */
  readonly files: ReadonlyMap<string, RestoredFile>;
};

/** The files of a backup, by what they are. */
export type SortedFiles = {
  readonly keys: readonly { readonly name: KeyName; readonly file: RestoredFile }[];
  /** Those with the same content together: forks share them with their parents. */
  readonly packs: readonly (readonly PackFiles[])[];
  readonly graphs: readonly { readonly repositoryUuid: Uuid; readonly file: RestoredFile }[];
  readonly downloads: readonly { readonly blob: BlobId; readonly file: RestoredFile }[];
  /** What no version of Pail has written. */
  readonly others: readonly RestoredFile[];
};

const REPOSITORY_FILE =
  /^repositories\/..\/([0-9a-f-]{36})\.git\/objects\/(?:info\/(commit-graph)|pack\/(pack-[^/]+)\.(pack|idx|rev|bitmap|mtimes))$/;
const DOWNLOAD_FILE = /^downloads\/..\/([0-9a-f-]{36})\/([0-9a-f-]{36})$/;
const KEY_FILE = /^keys\/([^/]+)\.key$/;

export function sortBackupFiles(files: readonly RestoredFile[]): SortedFiles {
  const packs = new Map<string, { repositoryUuid: Uuid; files: Map<string, RestoredFile> }>();
  const sorted = {
    keys: [] as { name: KeyName; file: RestoredFile }[],
    graphs: [] as { repositoryUuid: Uuid; file: RestoredFile }[],
    downloads: [] as { blob: BlobId; file: RestoredFile }[],
    others: [] as RestoredFile[],
  };
  for (const file of files) {
    const [, repository, graph, base, ending] = REPOSITORY_FILE.exec(file.path) ?? [];
    const [, owner, uuid] = DOWNLOAD_FILE.exec(file.path) ?? [];
    const key = KEY_NAMES.find((name) => name === KEY_FILE.exec(file.path)?.[1]);
    if (graph !== undefined) sorted.graphs.push({ repositoryUuid: repository as Uuid, file });
    else if (repository !== undefined) {
      const name = `${repository}/${base}`;
      const pack = packs.get(name) ?? { repositoryUuid: repository as Uuid, files: new Map() };
      packs.set(name, pack);
      pack.files.set(ending!, file);
    } else if (owner !== undefined)
      sorted.downloads.push({ blob: { ownerUuid: owner as Uuid, uuid: uuid as Uuid }, file });
    else if (key !== undefined) sorted.keys.push({ name: key, file });
    else sorted.others.push(file);
  }
  return { ...sorted, packs: groupByContent([...packs.values()]) };
}

function groupByContent(packs: readonly PackFiles[]): readonly (readonly PackFiles[])[] {
  const groups = new Map<string, PackFiles[]>();
  for (const pack of packs) {
    const content = contentOf(pack);
    const group = groups.get(content);
    // A repository has one row for an object.
    if (group === undefined || group.some(({ repositoryUuid }) => repositoryUuid === pack.repositoryUuid))
      groups.set(group === undefined ? content : pathOf(pack), [pack]);
    else group.push(pack);
  }
  return [...groups.values()];
}

/** The same for the same content. A backup of an earlier version has no digests. */
function contentOf(pack: PackFiles): string {
  const digests = [...pack.files].map(([ending, { sha256 }]) => sha256 && `${ending} ${sha256}`);
  return digests.includes(undefined) ? pathOf(pack) : digests.sort().join(" ");
}

function pathOf({ files }: PackFiles): string {
  return [...files.values()][0]!.path;
}
