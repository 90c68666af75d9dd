import { streamMissing } from "../../git/packs/stream-missing.ts";
import { Failure } from "../../model/failure.ts";
import type { ObjectId } from "../../model/object-id.ts";
import type { Repository } from "../../model/repository.ts";
import type { Uuid } from "../../model/uuid.ts";
import type { By } from "../../ports.ts";
import { streamRepository } from "../../storage/packs/with-repository.ts";
import { listKeptTips } from "../../storage/sql/refs/former-tips.ts";
import { areCommitsReached } from "../objects/reached-commits.ts";
import {
  type NewObjects,
  type NewObjectsPorts,
  requireStored,
  storeNewObjects,
} from "../objects/store-new-objects.ts";

export type SourceCommits = {
  /** The fork. */
  readonly repositoryUuid: Uuid;
  readonly commits: readonly ObjectId[];
};

/**
 * Brings commits of a fork, with all that they reach, into the repository that is asked to merge them. So everything
 * about a pull request can be read in its destination, also after the fork is gone.
 *
 * @param destination as it was read before any of this. The objects are complete as of its drop number.
 * @throws Failure unavailable; invalid-input if the objects contain a token.
 */
export async function withSourceObjects<T>(
  ports: NewObjectsPorts,
  by: By,
  destination: Repository,
  source: SourceCommits,
  work: (objects: NewObjects) => Promise<T>,
): Promise<T> {
  const { commits } = source;
  const isThere = await areCommitsReached(ports, destination, [], commits);
  const pack = isThere ? undefined : await openPack(ports, by, destination, source);
  const request = { pack, tips: commits, names: [], takesSlot: true };
  return storeNewObjects(ports, by, destination, request, (stored) => {
    requireStored(stored, "Cannot take the source's commits");
    if (commits.some((commit) => !stored.tips.has(commit)))
      throw new Failure("unavailable", "the source is being changed: try again");
    return work(stored.objects);
  });
}

async function openPack(
  ports: NewObjectsPorts,
  { signal }: By,
  destination: Repository,
  { repositoryUuid, commits }: SourceCommits,
) {
  const known = await listKeptTips(ports.database.kysely, destination.uuid, ports.clock());
  return streamRepository(ports.packs, repositoryUuid, ({ gitDir }) =>
    streamRepository(ports.packs, destination.uuid, (other) =>
      streamMissing({ tips: commits, known }, { gitDir, alternateGitDir: other.gitDir, signal }),
    ),
  );
}
