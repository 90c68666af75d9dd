import { HIDDEN_REPOSITORY } from "../../authorization/authorize.ts";
import { Failure } from "../../model/failure.ts";
import type { Repository } from "../../model/repository.ts";
import type { Ports } from "../../ports.ts";
import { findRepository } from "../../storage/sql/repositories/repositories.ts";

/** What went wrong because the repository was deleted meanwhile is no fault: it is told as of one that is not there. */
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
