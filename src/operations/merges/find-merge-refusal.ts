import type { BranchRestriction } from "../../model/branch-restriction.ts";
import type { RefUpdate } from "../../model/ref.ts";
import type { Repository } from "../../model/repository.ts";
import { refRefusalOf } from "../../model/who-acts.ts";
import type { By, Ports } from "../../ports.ts";
import { withRepository } from "../../storage/packs/with-repository.ts";
import { describeRefusal, findRefusingRule, readBranchRules } from "../branch-rules/branch-rules.ts";

/** Why the caller may not change a branch by a merge: the bound of the credential, or a branch restriction. */
export type MergeRefusal =
  | { readonly kind: "bound"; readonly text: string }
  | { readonly kind: "restriction"; readonly rule: BranchRestriction };

/** `changeRefs` asks the same again; this is for who has to know before the merge is made. */
export async function findMergeRefusal(
  ports: Pick<Ports, "database" | "packs">,
  by: By,
  repository: Repository,
  update: RefUpdate,
): Promise<MergeRefusal | undefined> {
  const outOfBound = refRefusalOf(by.caller, update.name);
  if (outOfBound !== undefined) return { kind: "bound", text: outOfBound };
  const rules = await readBranchRules(ports, repository, { by, kind: "merge" });
  const rule = await withRepository(ports.packs, repository.uuid, ({ gitDir }) =>
    findRefusingRule(rules, update, { gitDir, signal: by.signal }),
  );
  return rule && { kind: "restriction", rule };
}

export function describeMergeRefusal(refusal: MergeRefusal): string {
  return refusal.kind === "bound" ? refusal.text : describeRefusal(refusal.rule);
}
