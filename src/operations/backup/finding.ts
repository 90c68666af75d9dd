/** The remedy for what can only be had from a backup. */
export const FROM_BACKUP = "restore the last backup into a new folder (pail restore) and take it from there";

/** A fault in an installation: in its data folder, or in its database and object store. */
export type Finding = {
  readonly kind:
    | "damaged-database"
    | "damaged-backup"
    | "damaged-pack"
    | "rebuilt-file"
    | "missing-folder"
    | "missing-objects"
    | "missing-download"
    | "folder-without-row"
    | "download-without-row"
    | "damaged-key"
    | "missing-stored-object"
    | "damaged-stored-object"
    | "miscounted-object"
    | "object-without-row"
    | "overdue-objects"
    | "endless-hold"
    | "leftover";
  /** Whether it only takes space, as a leftover does. */
  readonly isHarmless: boolean;
  /** Workspace and slug, if it concerns a repository that has a row. */
  readonly repository: string | undefined;
  readonly path: string;
  readonly detail: string;
  /** What to do. */
  readonly remedy: string;
};
