import type { ObjectId } from "./object-id.ts";
import type { RefName } from "./ref-name.ts";

/** A row of the ref table. `peeled` is what an annotated tag finally points at. */
export type Ref = {
  readonly name: RefName;
  readonly target: ObjectId;
  readonly peeled: ObjectId | undefined;
};

/** What a push or a REST write asks of one ref. `old` or `new` undefined: it must not exist before, or after. */
export type RefUpdate = {
  readonly name: RefName;
  readonly old: ObjectId | undefined;
  readonly new: ObjectId | undefined;
  /** Of `new`, when that is an annotated tag. */
  readonly peeled: ObjectId | undefined;
};

/** What became of one update. A reason is what git shows behind `! [remote rejected]`. */
export type RefOutcome = { readonly update: RefUpdate; readonly refused: string | undefined };

/** The two kinds of refs that REST shows. */
export type RefKind = "branch" | "tag";

/** What a ref pointed at before it was moved or deleted. */
export type FormerTip = Pick<Ref, "name" | "target"> & { readonly leftAt: Date };

/** For so long objects that a ref has left stay in the repository, so that the ref can be put back. */
export const FORMER_TIP_KEPT_MS = 14 * 86_400_000;
