/** All rows of the database at one moment. */
export type RowSnapshot = {
  /** Nobody may write meanwhile. What is read afterwards is what was saved, and the database has a new version. */
  restore(): Promise<void>;
  remove(): Promise<void>;
};

/** Rows that can be brought back quickly, as often as wanted, while the server runs. They are lost when it ends. */
export type RowSnapshots = {
  save(): Promise<RowSnapshot>;
  /** Removes all of them. */
  close(): Promise<void>;
};
