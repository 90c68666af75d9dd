import type { Ref, RefKind } from "../../model/ref.ts";
import type { Commit, Tag } from "./commit.ts";

/** A ref with what it points at, read. */
export type RefDetails = {
  readonly ref: Ref;
  readonly kind: RefKind;
  /** Without `refs/heads/` or `refs/tags/`. */
  readonly name: string;
  /** Undefined for a tag of something else than a commit. */
  readonly commit: Commit | undefined;
  /** Undefined for a branch and a lightweight tag. */
  readonly tag: Tag | undefined;
};
