import type { Kysely } from "kysely";
import { Failure } from "../../model/failure.ts";
import type { Repository } from "../../model/repository.ts";
import type { Uuid } from "../../model/uuid.ts";
import { findRepository } from "../../storage/sql/repositories/repositories.ts";
import type { Schema } from "../../storage/sql/schema.ts";

/**
 * Reads a repository again: since it was looked up it may have been moved, renamed or made private.
 *
 * @throws Failure not-found if it has just been deleted.
 */
export async function getRepository(db: Kysely<Schema>, uuid: Uuid): Promise<Repository> {
  const found = await findRepository(db, undefined, { uuid });
  if (found === undefined) throw new Failure("not-found", "The repository has just been deleted");
  return found;
}
