import type { SnapshotContent } from "../../storage/sql/snapshot.ts";

/** What a backup has of the database, once it has everything that its rows need. */
export type TakenContent = {
  /** The name of the snapshot's file. */
  readonly database: string;
  readonly content: SnapshotContent;
};
