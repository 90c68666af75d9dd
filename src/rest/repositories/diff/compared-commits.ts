import type { RestRequest } from "../../../http/routes/declaration.ts";
import { findNamedRepository } from "../../../http/routes/named-subjects.ts";
import { Failure } from "../../../model/failure.ts";
import type { ObjectId } from "../../../model/object-id.ts";
import { parsePullRequestId } from "../../../model/pull-request.ts";
import type { Repository } from "../../../model/repository.ts";
import {
  type ComparedCommits,
  getComparedCommits,
  type RepositoryRevision,
} from "../../../operations/source/diffs.ts";
import type { Ports } from "../../../ports.ts";
import { findPullRequest } from "../../../storage/sql/pull-requests/pull-requests.ts";
import { type DiffSpec, type NamedRevision, parseDiffSpec } from "./diff-spec.ts";

export type SpecRequest = Pick<RestRequest, "takeSlot" | "query"> & {
  readonly admission: Pick<RestRequest["admission"], "admitToRepository">;
  readonly repository: Repository;
};

export type ComparedRepositories = ComparedCommits & {
  readonly sourceRepository: Repository;
  readonly destinationRepository: Repository;
};

type SpecFailure = "invalid-input" | "not-found";

/**
 * @param name the path parameter.
 * @throws Failure of `kind` if the text is not a spec: the reference uses different failures for the same mistake.
 */
export function requireSpec(name: string, text: string, kind: SpecFailure = "invalid-input"): DiffSpec {
  const spec = parseDiffSpec(text);
  if (spec === undefined) throw noSpec(kind, name, "is neither one commit nor two with .. between them");
  return spec;
}

/** For operations on two commits. @throws Failure of `kind`. */
export function requirePairSpec(name: string, text: string, kind: SpecFailure): DiffSpec {
  const spec = parseDiffSpec(text);
  if (spec?.destination === undefined) throw noSpec(kind, name, "needs two commits with .. between them");
  return spec;
}

function noSpec(kind: SpecFailure, name: string, problem: string): Failure {
  return new Failure(kind, `${name}: ${problem}`, { fields: { [name]: [problem] } });
}

/**
 * The commits of a spec; two if it names two.
 *
 * @throws Failure hidden for another repository that the caller may not see, not-found for an unknown revision.
 */
export async function findComparedCommits(
  ports: Ports,
  request: SpecRequest,
  spec: DiffSpec,
): Promise<ComparedRepositories> {
  const commits = await listCommitsOfPullRequest(ports, request);
  const source = await readRevision(ports, request, spec.source, commits);
  const destination =
    spec.destination === undefined
      ? undefined
      : await readRevision(ports, request, spec.destination, commits);
  const compared = await getComparedCommits(
    ports,
    request.repository,
    { source, destination },
    request.takeSlot,
  );
  return {
    ...compared,
    sourceRepository: source.repository,
    destinationRepository: (destination ?? source).repository,
  };
}

async function readRevision(
  ports: Ports,
  { admission, repository }: SpecRequest,
  { repository: named, revision }: NamedRevision,
  commits: readonly ObjectId[],
): Promise<RepositoryRevision> {
  const hex = revision.toLowerCase();
  const commit = HASH_OF_LINK.test(hex) ? commits.find((id) => id.startsWith(hex)) : undefined;
  if (commit !== undefined) return { repository, revision: commit };
  if (named === undefined) return { repository, revision };
  const found = await findNamedRepository(ports, named);
  if (found?.uuid === repository.uuid) return { repository, revision };
  // If the caller may not read it, the answer is the same as if it did not exist.
  return { repository: await admission.admitToRepository(found, { permission: "read" }), revision };
}

/** The links have twelve digits. */
const HASH_OF_LINK = /^[0-9a-f]{7,64}$/;

/**
 * The commits of the pull request whose link is followed. They are in its destination, whatever has become of the fork
 * that the link names, and whether or not the caller may see that. An id of none adds nothing.
 */
async function listCommitsOfPullRequest(
  { database }: Ports,
  { repository, query }: SpecRequest,
): Promise<readonly ObjectId[]> {
  const id = parsePullRequestId(query.get("from_pullrequest_id") ?? "");
  if (id === undefined) return [];
  const found = await findPullRequest(database.kysely, { repositoryUuid: repository.uuid, id });
  if (found === undefined) return [];
  const { source, destination, mergeCommit } = found;
  return [source.commit, destination.commit, mergeCommit].filter((commit) => commit !== undefined);
}
