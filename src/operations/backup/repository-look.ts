import type { ObjectId } from "../../model/object-id.ts";
import type { FormerTip, Ref } from "../../model/ref.ts";

/** What a repository has to have the objects of. */
export type RepositoryLook = {
  readonly refs: readonly Ref[];
  /** Former tips of refs that are preserved for a while. */
  readonly former: readonly FormerTip[];
  /** Tips of pull requests. */
  readonly shown: readonly ObjectId[];
  readonly isFull: boolean;
  /** Whether refs, generation and drop number were read at the same moment. */
  readonly isOfOneMoment: boolean;
};
