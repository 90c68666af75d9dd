import type { RestRequest } from "../../http/routes/declaration.ts";
import type { Repository } from "../../model/repository.ts";
import { viewerOf } from "../../model/who-acts.ts";
import type { Ports } from "../../ports.ts";
import { representRepository } from "../../representations/repository.ts";
import { listRepositoryDetails } from "../../storage/sql/repositories/repository-details.ts";

type Asked = Pick<RestRequest, "baseUrls" | "caller">;

/** Represents a repository with the details that the caller may see. */
export async function showRepository(
  { database }: Pick<Ports, "database">,
  repository: Repository,
  asked: Asked,
) {
  const details = await database.lookups.getRepositoryDetails(repository.uuid, viewerOf(asked.caller));
  return representRepository(repository, details, asked.baseUrls, asked.caller);
}

/** The same for a page of them, by one statement. A repository that is deleted meanwhile is left out. */
export async function showRepositories(
  { database }: Pick<Ports, "database">,
  repositories: readonly Repository[],
  asked: Asked,
) {
  const uuids = repositories.map(({ uuid }) => uuid);
  const details = await listRepositoryDetails(database.kysely, uuids, viewerOf(asked.caller));
  return repositories.flatMap((repository) => {
    const known = details.get(repository.uuid);
    return known === undefined ? [] : representRepository(repository, known, asked.baseUrls, asked.caller);
  });
}
