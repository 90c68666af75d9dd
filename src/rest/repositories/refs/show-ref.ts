import type { Ref } from "../../../model/ref.ts";
import type { Repository } from "../../../model/repository.ts";
import { findRefAccounts, type RefPorts, readRefs } from "../../../operations/refs/refs.ts";
import { representBranch } from "../../../representations/branch.ts";
import type { BaseUrls } from "../../../representations/links.ts";
import { representTag } from "../../../representations/tag.ts";

/** Represents one branch or tag, after reading its target. */
export async function showRef(ports: RefPorts, repository: Repository, baseUrls: BaseUrls, ref: Ref) {
  const refs = await readRefs(ports, repository, [ref]);
  const context = { repository, baseUrls, accounts: await findRefAccounts(ports, refs) };
  const details = refs[0]!;
  return details.kind === "branch" ? representBranch(details, context) : representTag(details, context);
}
