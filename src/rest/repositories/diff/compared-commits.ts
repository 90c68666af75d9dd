import type { RestRequest } from "../../../http/routes/declaration.ts";
import { findNamedRepository } from "../../../http/routes/named-subjects.ts";
import { Failure } from "../../../model/failure.ts";
import type { Repository } from "../../../model/repository.ts";
import {
  type ComparedCommits,
  getComparedCommits,
  type RepositoryRevision,
} from "../../../operations/source/diffs.ts";
import type { Ports } from "../../../ports.ts";
import { type DiffSpec, type NamedRevision, parseDiffSpec } from "./diff-spec.ts";

export type SpecRequest = Pick<RestRequest, "admission" | "takeSlot"> & {
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
  const source = await readRevision(ports, request, spec.source);
  const destination =
    spec.destination === undefined ? undefined : await readRevision(ports, request, spec.destination);
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
): Promise<RepositoryRevision> {
  if (named === undefined) return { repository, revision };
  const found = await findNamedRepository(ports, named);
  if (found?.uuid === repository.uuid) return { repository, revision };
  // If the caller may not read it, the answer is the same as if it did not exist.
  return { repository: await admission.admitToRepository(found, { permission: "read" }), revision };
}
