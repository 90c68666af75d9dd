import type { PipelineCache } from "../../model/pipeline-cache.ts";
import type { Repository } from "../../model/repository.ts";
import { parseUuid } from "../../model/uuid.ts";
import type { By, Ports } from "../../ports.ts";
import { deleteCacheRows, findCache, insertCache } from "../../storage/sql/pipelines/caches.ts";
import { pipelineNotFound } from "./pipeline-failures.ts";

/** Notes that a step has left a cache. Its content is nowhere. */
export async function addCache(
  { clock, newUuid }: Pick<Ports, "clock" | "newUuid">,
  by: By,
  repository: Repository,
  cache: Omit<PipelineCache, "uuid" | "repositoryUuid" | "createdAt">,
): Promise<PipelineCache> {
  const whole = { ...cache, uuid: newUuid(), repositoryUuid: repository.uuid, createdAt: clock() };
  await by.transaction((tx) => insertCache(tx, whole));
  return whole;
}

/** @throws Failure not-found. */
export async function getCache(
  { database }: Pick<Ports, "database">,
  repository: Repository,
  text: string,
): Promise<PipelineCache> {
  const uuid = parseUuid(text);
  const found = uuid && (await findCache(database.kysely, repository.uuid, uuid));
  if (found === undefined) throw cacheNotFound(text);
  return found;
}

/** @throws Failure not-found. */
export async function deleteCache(by: By, repository: Repository, text: string): Promise<void> {
  const uuid = parseUuid(text);
  await by.transaction(async (tx) => {
    if (uuid === undefined || !(await deleteCacheRows(tx, repository.uuid, { uuid })))
      throw cacheNotFound(text);
  });
}

/** All of a name. @throws Failure not-found if there is none. */
export async function deleteCachesOfName(by: By, repository: Repository, name: string): Promise<void> {
  await by.transaction(async (tx) => {
    if (!(await deleteCacheRows(tx, repository.uuid, { name }))) throw cacheNotFound(name);
  });
}

function cacheNotFound(text: string) {
  return pipelineNotFound(`Cache '${text}' not found`);
}
