import type { Distance } from "../../../git/history/count-apart.ts";
import type { RefDetails } from "../../../git/objects/ref-details.ts";
import type { BranchRestriction, RestrictionKind } from "../../../model/branch-restriction.ts";
import type { ObjectId } from "../../../model/object-id.ts";
import type { PullRequest } from "../../../model/pull-request.ts";
import { BRANCH_PREFIX, type BranchName } from "../../../model/ref-name.ts";
import type { Repository } from "../../../model/repository.ts";
import { listRulesByBranch } from "../../../operations/branch-rules/branch-rules.ts";
import { findBranchDistances } from "../../../operations/refs/branch-distances.ts";
import type { Ports } from "../../../ports.ts";
import { listPullRequests } from "../../../storage/sql/pull-requests/pull-requests.ts";
import { branchTexts } from "../../catalogue/branch.ts";
import { type Html, html, joined } from "../../html.ts";
import { pullRequestPath } from "../../links.ts";
import { formatNumber, type Translate } from "../../translate.ts";

/** What decides on pushes and merges, and not only on reviews. */
export const SHOWN_KINDS = [
  "push",
  "delete",
  "force",
  "restrict_merges",
] as const satisfies readonly RestrictionKind[];

/** Of one branch there may be a few, into different branches. */
const PULL_REQUESTS_MAX = 100;

/** What a page tells of branches beside their last commits. */
export type BranchFacts = {
  /** The main branch and its last commit. Undefined: there is none. */
  readonly main: { readonly name: string; readonly tip: ObjectId } | undefined;
  readonly distances: ReadonlyMap<ObjectId, Distance>;
  readonly pullRequests: readonly PullRequest[];
  readonly rules: ReadonlyMap<string, readonly BranchRestriction[]>;
};

export async function loadBranchFacts(
  ports: Ports,
  repository: Repository,
  branches: readonly RefDetails[],
  signal: AbortSignal,
): Promise<BranchFacts> {
  const names = branches.map(({ name }) => name as BranchName);
  const main = await findMain(ports, repository);
  const [distances, pullRequests, rules] = await Promise.all([
    main === undefined
      ? new Map<ObjectId, Distance>()
      : findBranchDistances(
          ports,
          repository,
          main.tip,
          branches.map(({ ref }) => ref.target),
          signal,
        ),
    listOpenPullRequests(ports, repository, names),
    listRulesByBranch(ports, repository, names, SHOWN_KINDS),
  ]);
  return { main, distances, pullRequests, rules };
}

async function findMain(ports: Ports, repository: Repository): Promise<BranchFacts["main"]> {
  const refs = await ports.database.lookups.listRefs(repository.uuid);
  const name = repository.mainBranch;
  const ref = refs.find((each) => each.name === BRANCH_PREFIX + name);
  return name === undefined || ref === undefined ? undefined : { name, tip: ref.target };
}

/** Those from these branches of the repository itself. */
async function listOpenPullRequests(
  { database }: Ports,
  repository: Repository,
  names: readonly BranchName[],
): Promise<readonly PullRequest[]> {
  if (names.length === 0) return [];
  const { values } = await listPullRequests(database.kysely, {
    repositoryUuid: repository.uuid,
    states: ["OPEN"],
    filter: {
      kind: "and",
      filters: [
        {
          kind: "membership",
          field: "source.branch.name",
          operator: "IN",
          values: names.map((text) => ({ kind: "text", text })),
        },
        {
          kind: "comparison",
          field: "source.repository.uuid",
          operator: "=",
          value: { kind: "text", text: `{${repository.uuid}}` },
        },
      ],
    },
    page: 1,
    pagelen: PULL_REQUESTS_MAX,
  });
  return values;
}

/** `3 ahead, 12 behind`. */
export function distanceWords(t: Translate, distance: Distance | undefined): Html {
  if (distance === undefined) return t(branchTexts.notCounted);
  const { ahead, behind, isCut } = distance;
  if (ahead === 0 && behind === 0 && !isCut) return t(branchTexts.same);
  return t(branchTexts.distance, distanceHoles(t, distance));
}

export function distanceHoles(t: Translate, { ahead, behind, isCut }: Distance) {
  const said = (n: number) => (isCut ? t(branchTexts.atLeast, { n }) : html`${formatNumber(n)}`);
  return { ahead: said(ahead), behind: said(behind) };
}

/** Links to the open pull requests from a branch. */
export function pullRequestLinks({ pullRequests }: BranchFacts, branch: string): Html | undefined {
  const links = pullRequests
    .filter(({ source }) => source.branch === branch)
    .map(
      ({ id, destination, title }) =>
        html`<a href="${pullRequestPath(destination.repository, id)}" title="${title}">#${id}</a>`,
    );
  return links.length === 0 ? undefined : joined(links, " ");
}
