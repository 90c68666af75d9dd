import { Failure } from "../../model/failure.ts";
import type { Ref } from "../../model/ref.ts";
import { BRANCH_PREFIX } from "../../model/ref-name.ts";
import type { Repository } from "../../model/repository.ts";
import type { By } from "../../ports.ts";
import { type ChangeRefsPorts, changeRefs } from "./change-refs.ts";

/**
 * @throws Failure not-found; invalid-input for the main branch; permission-missing if a branch restriction refuses it;
 * conflict if the ref has just moved.
 */
export async function deleteRef(
  ports: ChangeRefsPorts,
  by: By,
  repository: Repository,
  ref: Ref,
): Promise<void> {
  if (repository.mainBranch !== undefined && ref.name === BRANCH_PREFIX + repository.mainBranch) {
    throw new Failure("invalid-input", `Cannot delete "${repository.mainBranch}": it is the main branch`);
  }
  const update = { name: ref.name, old: ref.target, new: undefined, peeled: undefined };
  const [change] = await changeRefs(ports, by, repository, [update], {
    kind: "push",
    isAtomic: true,
    objects: undefined,
  });
  if (change?.refused === undefined) return;
  throw change.refusedBy === undefined
    ? new Failure("conflict", `Cannot delete the ref: ${change.refused}`)
    : new Failure("permission-missing", change.refused);
}
