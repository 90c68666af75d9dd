import { streamMissing } from "../../git/packs/stream-missing.ts";
import type { ObjectId } from "../../model/object-id.ts";
import type { Repository } from "../../model/repository.ts";
import type { Uuid } from "../../model/uuid.ts";
import type { By } from "../../ports.ts";
import { streamRepository, withRepository } from "../../storage/packs/with-repository.ts";
import { listKeptTips } from "../../storage/sql/refs/former-tips.ts";
import { areCommitsReached } from "../objects/reached-commits.ts";
import {
  type NewObjects,
  type NewObjectsPorts,
  requireStored,
  storeNewObjects,
} from "../objects/store-new-objects.ts";

/**
 * Brings the commit of a fork, with all that it reaches, into the repository that is asked to merge it. So everything
 * about a pull request can be read in its destination, also after the fork is gone.
 *
 * @param destination as it was read before any of this. The objects are complete as of its drop number.
 * @throws Failure unavailable; invalid-input if the objects contain a token.
 */
export async function withSourceObjects<T>(
  ports: NewObjectsPorts,
  by: By,
  destination: Repository,
  source: { readonly repositoryUuid: Uuid; readonly commit: ObjectId },
  work: (objects: NewObjects) => Promise<T>,
): Promise<T> {
  const { commit } = source;
  const isThere = await areCommitsReached(ports, destination, [], [commit]);
  const pack = isThere ? undefined : await openPack(ports, by, destination, source);
  const request = { pack, tips: [commit], names: [], takesSlot: true };
  return storeNewObjects(ports, by, destination, request, (stored) => {
    requireStored(stored, "Cannot take the source's commits");
    return work(stored.objects);
  });
}

async function openPack(
  ports: NewObjectsPorts,
  { signal }: By,
  destination: Repository,
  { repositoryUuid, commit }: { readonly repositoryUuid: Uuid; readonly commit: ObjectId },
) {
  const known = await listKeptTips(ports.database.kysely, destination.uuid, ports.clock());
  return streamRepository(ports.packs, repositoryUuid, ({ gitDir }) =>
    withRepository(ports.packs, destination.uuid, (other) =>
      streamMissing({ tips: [commit], known }, { gitDir, alternateGitDir: other.gitDir, signal }),
    ),
  );
}
