/** What is kept in an object store. Empty where repositories are folders. */
export type StoredObjectTables = {
  stored_object: StoredObjectRow;
  inline_object: InlineObjectRow;
  pack: PackRow;
  blob: BlobRow;
  hold: HoldRow;
  server_key: ServerKeyRow;
};

/** One object of the store, from before its upload until after its deletion. */
export type StoredObjectRow = {
  /** 40 hex digits, random, used once. */
  name: string;
  /** `derived`: can be made again from others. */
  kind: "pack" | "blob" | "derived";
  /** It only moves forward: pending, named, unnamed, deleting; or from pending to deleting. */
  state: "pending" | "named" | "unnamed" | "deleting";
  /** The rows of `pack` and `blob` that point at it. It is `named` exactly while there are any. */
  names: number;
  /** Of the whole; null while it is pending. */
  bytes: number | null;
  sha256: Buffer | null;
  /** JSON: the lengths of the files that lie in it one behind the other, by their endings. */
  sections: string | null;
  /** Of an upload in parts that may be incomplete. */
  upload_id: string | null;
  /** For people. */
  made_by: string;
  /** When it got its state, by the database's clock. */
  state_at: number;
  /** When the store first acknowledged its deletion. It is asked once more, when no upload can arrive any more. */
  deleted_at: number | null;
};

/** A small object that is kept here and not in the store. */
export type InlineObjectRow = { name: string; content: Buffer };

/** A pack or commit graph that a repository has now. */
export type PackRow = {
  repository_uuid: string;
  object_name: string;
  kind: "push" | "rolled" | "base" | "cruft" | "graph";
  /** Git objects in it. */
  objects: number;
  /** The repository's `pack_generation` with which it came; of a graph, that whose commits it has. */
  added_generation: number;
  /** The repository's drop number of which it is. */
  drop_number: number;
};

export type BlobRow = {
  name: string;
  /** Null: it belongs to the installation. */
  repository_uuid: string | null;
  object_name: string;
};

/** While one has not expired, nothing unnamed is deleted. */
export type HoldRow = {
  id: string;
  purpose: string;
  /** By the database's clock. */
  expires_at: number;
};

/** A key that nodes share: AES-256-GCM, by a key that is not in the database. */
export type ServerKeyRow = {
  /** A `KeyName`, or `check`, by which it is known whether a sealing key is the right one. */
  name: string;
  sealed: Buffer;
};
