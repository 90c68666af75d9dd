import type { TakeSlot } from "../../git/process/process-slots.ts";
import { Failure } from "../../model/failure.ts";
import type { PullRequest } from "../../model/pull-request.ts";
import type { Repository } from "../../model/repository.ts";
import type { By } from "../../ports.ts";
import {
  type ComparedCommits,
  type DiffPorts,
  type DiffSides,
  getComparedCommits,
  getDiffSides,
} from "./diffs.ts";

/** What a pull request changes: its source against what both sides come from. */
export type PullRequestComparison =
  | { readonly kind: "compared"; readonly compared: ComparedCommits; readonly sides: DiffSides }
  /** Its destination has no branch. */
  | { readonly kind: "gone" }
  | { readonly kind: "unrelated" };

/**
 * Comments stand in files of these two sides, also once it is merged: so what a squash or a rebase made of the source is not
 * looked at. The destination has the objects of both.
 */
export async function comparePullRequest(
  ports: DiffPorts,
  { signal }: Pick<By, "signal">,
  repository: Repository,
  { source, destination }: PullRequest,
  takeSlot: TakeSlot,
): Promise<PullRequestComparison> {
  if (destination.commit === undefined) return { kind: "gone" };
  const asked = {
    source: { repository, revision: source.commit },
    destination: { repository, revision: destination.commit },
  };
  const compared = await getComparedCommits(ports, repository, asked, takeSlot);
  try {
    const sides = await getDiffSides(ports, compared, true, signal);
    return { kind: "compared", compared, sides };
  } catch (error) {
    if (error instanceof Failure && error.kind === "invalid-input") return { kind: "unrelated" };
    throw error;
  }
}
