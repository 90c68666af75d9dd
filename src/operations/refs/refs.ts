import type { RefDetails } from "../../git/objects/ref-details.ts";
import type { Account } from "../../model/account.ts";
import { compareNaturally } from "../../model/compare-naturally.ts";
import { Failure, invalidField } from "../../model/failure.ts";
import type { Filter, Sort } from "../../model/filter.ts";
import type { Ref, RefKind } from "../../model/ref.ts";
import { BRANCH_PREFIX, parseRefName, TAG_PREFIX } from "../../model/ref-name.ts";
import type { Repository } from "../../model/repository.ts";
import type { Ports } from "../../ports.ts";
import { withRepository } from "../../storage/packs/with-repository.ts";
import { countListedRefs, listRefsFiltered } from "../../storage/sql/refs/ref-list.ts";
import { findRef } from "../../storage/sql/refs/refs.ts";
import { findAccountsOf } from "../commits/commits.ts";

export type RefPorts = Pick<Ports, "database" | "packs" | "objects">;

export type RefPage = { readonly values: readonly RefDetails[]; readonly size: number };

export type RefListRequest = {
  readonly kinds: readonly RefKind[];
  readonly filter?: Filter;
  readonly sort?: Sort;
  readonly page: number;
  readonly pagelen: number;
};

/**
 * More refs than this are not sorted by fields of their rows or commits, since every page would read the whole list.
 */
export const SORTED_BY_NAME_MAX = 200_000;
export const SORTED_BY_DATE_MAX = 10_000;

/**
 * One page of branches, tags or both. Without a sort they are in git's order. By name they are in natural order, and
 * only the targets on the page are read; by the target's date the targets of all matching refs are read.
 *
 * @throws Failure invalid-input for an unknown field, or more refs than can be sorted.
 */
export async function listRefPage(
  ports: RefPorts,
  repository: Repository,
  request: RefListRequest,
): Promise<RefPage> {
  const { page, pagelen, sort } = request;
  const db = ports.database.kysely;
  const size = await countListedRefs(db, repository.uuid, request);
  const offset = (page - 1) * pagelen;
  if (sort === undefined) {
    const refs =
      offset >= size
        ? []
        : await listRefsFiltered(db, repository.uuid, { ...request, offset, limit: pagelen });
    return { values: await readRefs(ports, repository, refs), size };
  }
  const sorted = await listSorted(ports, repository, request, sort, size);
  return { values: await readRefs(ports, repository, sorted.slice(offset, offset + pagelen)), size };
}

async function listSorted(
  ports: RefPorts,
  repository: Repository,
  request: RefListRequest,
  sort: Sort,
  size: number,
): Promise<readonly Ref[]> {
  const isByName = sort.field === "name";
  if (!isByName && sort.field !== "target.date")
    throw invalidField("sort", `${sort.field}: does not support sorting`);
  const sizeMax = isByName ? SORTED_BY_NAME_MAX : SORTED_BY_DATE_MAX;
  if (size > sizeMax)
    throw invalidField(
      "sort",
      `${size} refs are more than the ${sizeMax} that can be sorted so: narrow with q`,
    );
  const refs = await listRefsFiltered(ports.database.kysely, repository.uuid, { ...request, limit: size });
  const compare = isByName ? byName : await byDate(ports, repository, refs);
  const direction = sort.direction === "asc" ? 1 : -1;
  return refs.toSorted((a, b) => direction * compare(a, b));
}

function byName(a: Ref, b: Ref): number {
  return compareNaturally(shortName(a), shortName(b)) || compareNaturally(a.name, b.name);
}

async function byDate(ports: RefPorts, repository: Repository, refs: readonly Ref[]) {
  const ids = [...new Set(refs.map(commitIdOf))];
  const commits = await withRepository(ports.packs, repository.uuid, ({ gitDir }) =>
    ports.objects.readCommits(gitDir, ids),
  );
  const dates = new Map(commits.map((commit) => [commit.id, commit.author.date.getTime()]));
  return (a: Ref, b: Ref) =>
    (dates.get(commitIdOf(a)) ?? 0) - (dates.get(commitIdOf(b)) ?? 0) || compareNaturally(a.name, b.name);
}

function commitIdOf(ref: Ref) {
  return ref.peeled ?? ref.target;
}

function shortName(ref: Ref): string {
  return ref.name.slice(ref.name.startsWith(BRANCH_PREFIX) ? BRANCH_PREFIX.length : TAG_PREFIX.length);
}

/** @throws Failure not-found. */
export async function getRef(
  { database }: Pick<Ports, "database">,
  repository: Repository,
  kind: RefKind,
  shortName: string,
): Promise<Ref> {
  const name = parseRefName((kind === "branch" ? BRANCH_PREFIX : TAG_PREFIX) + shortName);
  const ref = name === undefined ? undefined : await findRef(database.kysely, repository.uuid, name);
  if (ref !== undefined) return ref;
  throw new Failure("not-found", `${kind === "branch" ? "Branch" : "Tag"} "${shortName}" does not exist`);
}

/** Reads what refs point at. Branches and tags only. */
export async function readRefs(
  { packs, objects }: Pick<RefPorts, "packs" | "objects">,
  repository: Repository,
  refs: readonly Ref[],
): Promise<readonly RefDetails[]> {
  return withRepository(packs, repository.uuid, ({ gitDir }) =>
    Promise.all(
      refs.map(async (ref) => {
        const [commit, tag] = await Promise.all([
          objects.readCommit(gitDir, commitIdOf(ref)),
          ref.peeled === undefined ? undefined : objects.readTag(gitDir, ref.target),
        ]);
        const kind = ref.name.startsWith(BRANCH_PREFIX) ? "branch" : "tag";
        return { ref, kind, name: shortName(ref), commit, tag } as const;
      }),
    ),
  );
}

/** The accounts behind authors and taggers, by lower-case e-mail address. */
export async function findRefAccounts(
  { database }: Pick<Ports, "database">,
  refs: readonly RefDetails[],
): Promise<ReadonlyMap<string, Account>> {
  const addresses = refs.flatMap(({ commit, tag }) => [commit?.author.email ?? "", tag?.tagger?.email ?? ""]);
  return findAccountsOf({ database }, addresses);
}
