import { HIDDEN_REPOSITORY } from "../../authorization/authorize.ts";
import { Failure } from "../../model/failure.ts";
import type { Repository } from "../../model/repository.ts";
import type { Ports } from "../../ports.ts";
import { findRepository } from "../../storage/sql/repositories/repositories.ts";

/** A failure because the repository was deleted meanwhile is not a fault of the server: it is reported as not found. */
export async function explainIfGone(
  { database }: Pick<Ports, "database">,
  repository: Repository,
  error: unknown,
): Promise<unknown> {
  if (error instanceof Failure && error.kind !== "not-found") return error;
  const found = await findRepository(database.kysely, undefined, { uuid: repository.uuid }).catch(
    () => repository,
  );
  return found === undefined ? new Failure("hidden", HIDDEN_REPOSITORY) : error;
}
