import { Failure } from "../../model/failure.ts";
import type { ObjectId } from "../../model/object-id.ts";
import type { PipelineTarget, SelectorType } from "../../model/pipeline.ts";
import { BRANCH_PREFIX, parseRefName, TAG_PREFIX } from "../../model/ref-name.ts";
import type { Repository } from "../../model/repository.ts";
import { findRef } from "../../storage/sql/refs/refs.ts";
import { type CommitPorts, getCommit } from "../commits/commits.ts";
import { pipelineNotFound } from "./pipeline-failures.ts";

/** As a caller names it. */
export type WantedSelector = { readonly type: SelectorType; readonly pattern: string | undefined };

/** What a pipeline is asked to run on. Commits may be named by any revision. */
export type WantedTarget =
  | {
      readonly kind: "ref";
      readonly refType: "branch" | "tag";
      readonly refName: string;
      /** Undefined: the one that the ref points at. */
      readonly commit: string | undefined;
      readonly selector: WantedSelector | undefined;
    }
  | { readonly kind: "commit"; readonly commit: string; readonly selector: WantedSelector }
  | {
      readonly kind: "pull-request";
      readonly pullRequestId: number;
      /** Undefined: what the pull request has. */
      readonly source: string | undefined;
      readonly destination: string | undefined;
      readonly commit: string | undefined;
      readonly destinationCommit: string | undefined;
      readonly selector: WantedSelector | undefined;
    };

export type ResolvedTarget = {
  readonly target: PipelineTarget;
  readonly commit: ObjectId;
  /** In the order in which they are tried. */
  readonly selectors: readonly WantedSelector[];
};

/** @throws Failure not-found if there is no such ref, commit or pull request. */
export async function resolveTarget(
  ports: CommitPorts,
  repository: Repository,
  wanted: WantedTarget,
): Promise<ResolvedTarget> {
  switch (wanted.kind) {
    case "ref":
      return resolveRef(ports, repository, wanted);
    case "commit": {
      const commit = await findCommit(ports, repository, wanted.commit);
      return { target: { kind: "commit" }, commit, selectors: [wanted.selector] };
    }
    case "pull-request":
      return resolvePullRequest(ports, repository, wanted);
  }
}

async function resolveRef(
  ports: CommitPorts,
  repository: Repository,
  { refType, refName, commit, selector }: Extract<WantedTarget, { readonly kind: "ref" }>,
): Promise<ResolvedTarget> {
  const name = parseRefName((refType === "branch" ? BRANCH_PREFIX : TAG_PREFIX) + refName);
  const ref = name && (await findRef(ports.database.kysely, repository.uuid, name));
  // Recorded text: contract, rest-of-api.md §3.5.
  if (ref === undefined) throw pipelineNotFound(`Could not find last reference for ${refType} ${refName}`);
  const ofRef =
    refType === "branch"
      ? [{ type: "branches", pattern: refName } as const, { type: "default", pattern: undefined } as const]
      : // Source: Bitbucket's documentation: the default pipeline does not run on tags.
        [{ type: "tags", pattern: refName } as const];
  return {
    target: { kind: "ref", refType, refName },
    commit: await findCommit(ports, repository, commit ?? ref.peeled ?? ref.target),
    selectors: selector === undefined ? ofRef : [withRef(selector, refName)],
  };
}

/** `{"type":"branches"}` alone means the branch that the pipeline runs on. */
function withRef({ type, pattern }: WantedSelector, refName: string): WantedSelector {
  return { type, pattern: pattern ?? (type === "custom" || type === "default" ? undefined : refName) };
}

async function resolvePullRequest(
  ports: CommitPorts,
  repository: Repository,
  wanted: Extract<WantedTarget, { readonly kind: "pull-request" }>,
): Promise<ResolvedTarget> {
  const found = await ports.database.lookups.findPullRequest(repository.uuid, wanted.pullRequestId);
  if (found === undefined) throw pipelineNotFound(`Pull request ${wanted.pullRequestId} not found`);
  const source = wanted.source ?? found.source.branch;
  const destinationCommit =
    wanted.destinationCommit === undefined
      ? found.destination.commit
      : await findCommit(ports, repository, wanted.destinationCommit);
  return {
    target: {
      kind: "pull-request",
      pullRequestId: found.id,
      title: found.title,
      source,
      destination: wanted.destination ?? found.destination.branch,
      destinationCommit,
    },
    commit: await findCommit(ports, repository, wanted.commit ?? found.source.commit),
    selectors: [
      wanted.selector?.type === "custom" || wanted.selector?.type === "default"
        ? wanted.selector
        : { type: "pull-requests", pattern: wanted.selector?.pattern ?? source },
    ],
  };
}

async function findCommit(ports: CommitPorts, repository: Repository, revision: string): Promise<ObjectId> {
  try {
    return (await getCommit(ports, repository, revision)).id;
  } catch (error) {
    if (error instanceof Failure && error.kind === "not-found")
      throw pipelineNotFound(`Could not find the commit ${revision}`);
    throw error;
  }
}
