import type { History } from "./history/build-history.ts";
import type { SeedSource } from "./seed-problems.ts";
import type { SeedContent } from "./seed-schema.ts";

/** A seed without anything wrong that can be seen before it is applied. */
export type Seed = {
  readonly content: SeedContent;
  readonly source: SeedSource;
  /** From where the paths in it lead. */
  readonly folder: string;
  /** SHA-256 of its content in hex, whatever its form and the order of its fields. */
  readonly digest: string;
  readonly time: Date;
  /** Of repositories with commits, by names such as `team/site`. */
  readonly histories: ReadonlyMap<string, History>;
  /** Numbers of its repositories: a fork after what it is a fork of. */
  readonly repositoryOrder: readonly number[];
  /** `Name <address>` of accounts, by all their names in lower case. */
  readonly identities: ReadonlyMap<string, string>;
};
