import type { RestRequest } from "../../http/routes/route.ts";
import type { Repository } from "../../model/repository.ts";
import type { Ports } from "../../ports.ts";
import { representRepository } from "../../representations/repository.ts";
import { listRepositoryDetails } from "../../storage/sql/repositories/repository-details.ts";

type Asked = Pick<RestRequest, "baseUrls" | "caller">;

function viewerOf({ caller }: Asked) {
  return caller.kind === "anonymous" ? undefined : caller.account.uuid;
}

/** A repository with what the caller may know of it. */
export async function showRepository(
  { database }: Pick<Ports, "database">,
  repository: Repository,
  asked: Asked,
) {
  const details = await database.lookups.getRepositoryDetails(repository.uuid, viewerOf(asked));
  return representRepository(repository, details, asked.baseUrls, asked.caller);
}

/** The same for a page of them, by one statement. One that is deleted meanwhile is left out. */
export async function showRepositories(
  { database }: Pick<Ports, "database">,
  repositories: readonly Repository[],
  asked: Asked,
) {
  const uuids = repositories.map(({ uuid }) => uuid);
  const details = await listRepositoryDetails(database.kysely, uuids, viewerOf(asked));
  return repositories.flatMap((repository) => {
    const known = details.get(repository.uuid);
    return known === undefined ? [] : representRepository(repository, known, asked.baseUrls, asked.caller);
  });
}
