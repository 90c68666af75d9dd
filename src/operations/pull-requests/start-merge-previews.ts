import { type Merge, makeMerge } from "../../git/merges/make-merge.ts";
import { writePack } from "../../git/packs/write-pack.ts";
import type { Repository } from "../../model/repository.ts";
import type { Uuid } from "../../model/uuid.ts";
import type { By, Ports } from "../../ports.ts";
import { withRepository } from "../../storage/packs/with-repository.ts";
import {
  type AdvertisedPullRequest,
  listAdvertisedPullRequests,
  setMergePreview,
} from "../../storage/sql/pull-requests/advertised-refs.ts";
import { lockRepository, ObjectsDroppedError } from "../../storage/sql/refs/ref-updates.ts";
import { findRepository, updateRepository } from "../../storage/sql/repositories/repositories.ts";
import { dated } from "../accounts/account-identity.ts";
import { acceptObjects } from "../objects/accept-objects.ts";
import { type NewObjectsPorts, requireStored, storeNewObjects } from "../objects/store-new-objects.ts";

export type PreviewPorts = NewObjectsPorts & Pick<Ports, "backgroundWork">;

/** Those that changed last. A branch with more open pull requests is not merged with each of them at every push. */
const PREVIEWS_MAX = 100;
const PREVIEWS_MS_MAX = 120_000;
/** Nobody has merged yet. */
const IDENTITY = "Pail <>";

/**
 * Begins to renew what open pull requests would be merged as, where they are advertised to git. Returns at once: a push
 * does not wait for it. What is cut off is renewed with the next change of the pull request.
 */
export function startMergePreviews(ports: PreviewPorts, by: By, repositories: readonly Uuid[]): void {
  for (const uuid of new Set(repositories))
    ports.backgroundWork.start(async (closing) => {
      const signal = AbortSignal.any([closing, AbortSignal.timeout(PREVIEWS_MS_MAX)]);
      try {
        await renewPreviews(ports, { ...by, signal }, uuid);
      } catch (error) {
        if (!closing.aborted)
          ports.log.warn(
            { err: error, "repository.uuid": uuid },
            "merges of pull requests were not previewed",
          );
      }
    });
}

async function renewPreviews(ports: PreviewPorts, by: By, uuid: Uuid): Promise<void> {
  const advertised = await listAdvertisedPullRequests(ports.database.kysely, uuid, PREVIEWS_MAX);
  for (const one of advertised) {
    by.signal.throwIfAborted();
    // Read for each: the new objects are checked as of its drop number.
    const repository = await findRepository(ports.database.kysely, undefined, { uuid });
    if (repository === undefined) return;
    if (!(await isCurrent(ports, repository, one))) await renewPreview(ports, by, repository, one);
  }
}

async function isCurrent(
  { packs, objects }: PreviewPorts,
  { uuid }: Repository,
  { source, destination, preview }: AdvertisedPullRequest,
): Promise<boolean> {
  if (preview === undefined) return false;
  const commit = await withRepository(packs, uuid, ({ gitDir }) => objects.readCommit(gitDir, preview));
  return commit?.parents[0] === destination && commit.parents[1] === source;
}

async function renewPreview(
  ports: PreviewPorts,
  by: By,
  repository: Repository,
  one: AdvertisedPullRequest,
): Promise<void> {
  // The new objects are read from it while they are stored.
  const scratch = await ports.packs.openQuarantine(repository.uuid);
  try {
    const made = await make(ports, by, repository, { ...one, objectFolder: scratch.objectFolder });
    if (made.kind === "made") await store(ports, by, repository, one, made);
    else await by.transaction((tx) => setMergePreview(tx, repository.uuid, one, undefined));
  } finally {
    await scratch.discard();
  }
}

async function store(
  ports: PreviewPorts,
  by: By,
  repository: Repository,
  one: AdvertisedPullRequest,
  made: Extract<Merge, { readonly kind: "made" }>,
): Promise<void> {
  const request = { pack: writePack(made.objects), tips: [made.tip], names: [], takesSlot: true };
  await storeNewObjects(ports, by, repository, request, (stored) => {
    requireStored(stored, "Cannot preview a merge");
    return acceptObjects(stored.objects, ({ dropNumber }, accepted) =>
      by.transaction(async (tx) => {
        const locked = await lockRepository(tx, repository.uuid);
        if (locked.dropNumber !== dropNumber) throw new ObjectsDroppedError();
        const sizeBytes = await accepted.record(tx);
        if (sizeBytes !== undefined) await updateRepository(tx, repository.uuid, { sizeBytes });
        await setMergePreview(tx, repository.uuid, one, made.tip);
      }),
    );
  });
}

function make(
  { packs, objects, commitGraphs, clock }: PreviewPorts,
  { signal }: By,
  { uuid }: Repository,
  { id, source, destination, objectFolder }: AdvertisedPullRequest & { readonly objectFolder: string },
): Promise<Merge> {
  const request = {
    strategy: "merge_commit",
    source,
    destination,
    message: `Merge of pull request #${id}`,
    merger: dated(IDENTITY, clock()),
  } as const;
  return withRepository(packs, uuid, ({ gitDir }) =>
    makeMerge({ gitDir, objects, graph: commitGraphs.find(gitDir), objectFolder, signal }, request),
  );
}
