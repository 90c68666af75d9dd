import type { Entry, SeedSchema } from "./schema-parts.ts";
import type { SeedChecker } from "./seed-checker.ts";
import type { SeedContext } from "./seed-context.ts";
import type { SeedPath } from "./seed-path.ts";

/** Whom a section is about, by names: `workspace` is `team`, `project` is `team/PROJ`, `repository` is `team/site`. */
export type OwnerNames = {
  readonly workspace: string;
  readonly project?: string;
  readonly repository?: string;
};

/**
 * A part of a seed: a list of its own, or a field of each workspace, project or repository. `Owner` is what it is a field of,
 * with the entry that describes it.
 */
export type Section<Owner> = {
  readonly key: string;
  readonly schema: SeedSchema;
  /** Finds what is wrong with it before anything is made, beyond what the schema says. */
  check?(checker: SeedChecker, value: unknown, path: SeedPath, owner: OwnerNames): void;
  apply(context: SeedContext, owner: Owner, value: unknown, path: SeedPath): Promise<void>;
};

/** A section whose functions know what its schema says. */
export function section<Owner, const Schema extends SeedSchema>(definition: {
  readonly key: string;
  readonly schema: Schema;
  check?(checker: SeedChecker, value: Entry<Schema>, path: SeedPath, owner: OwnerNames): void;
  apply(context: SeedContext, owner: Owner, value: Entry<Schema>, path: SeedPath): Promise<void>;
}): Section<Owner> {
  return definition as unknown as Section<Owner>;
}
