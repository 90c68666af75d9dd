import type { ObjectId } from "../../model/object-id.ts";
import type { ObjectType } from "./object-type.ts";

/** Who wrote, committed or tagged, and when, as a line of the object tells it. */
export type Identity = {
  /** `Name <mail>` as written. Empty if the object names nobody. */
  readonly raw: string;
  readonly name: string;
  /** As written, without the angle brackets; empty if there is none. */
  readonly email: string;
  /** Whole seconds, from 1970 to the end of 9999. A date that is missing, or before 1970, is 1970-01-01, as git shows it. */
  readonly date: Date;
  /** Of the writer's clock from UTC, in minutes; positive is east. */
  readonly offsetMinutes: number;
};

export type Commit = {
  readonly id: ObjectId;
  readonly tree: ObjectId;
  readonly parents: readonly ObjectId[];
  readonly author: Identity;
  readonly committer: Identity;
  /** Verbatim, with its line end at the end if it has one. */
  readonly message: string;
  /** There are more than these. */
  readonly areParentsCut?: true;
  /** There is more of it. */
  readonly isMessageCut?: true;
};

/** An annotated tag. */
export type Tag = {
  readonly id: ObjectId;
  readonly target: ObjectId;
  readonly targetType: ObjectType;
  readonly name: string;
  /** Tags made before git 0.99 have none. */
  readonly tagger: Identity | undefined;
  /** Verbatim, with a signature if it has one. */
  readonly message: string;
  /** There is more of it. */
  readonly isMessageCut?: true;
};
