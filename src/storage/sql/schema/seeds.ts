export type SeedTables = { seed: SeedRow };

export type SeedRow = {
  /** SHA-256 of its content, in hex. */
  digest: string;
  /** Of its file, for people. */
  name: string;
  applied_at: number;
};
