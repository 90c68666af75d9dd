import type { ConfigurationName } from "./configurations.ts";
import type { InvariantName } from "./invariants.ts";

export type Fault = {
  /** What is done wrong, in words. */
  readonly about: string;
  readonly configuration: ConfigurationName;
  readonly breaks: InvariantName;
};

/** Seeded one at a time: each is a rule of the protocol that is not kept, or a bound in time that does not hold. */
export const FAULTS = {
  "push-ignores-drops": {
    about: "a push does not compare the drop number with that of its look",
    configuration: "drop",
    breaks: "I1",
  },
  "drop-ignores-refs": {
    about: "a drop is published though the refs have changed since its look",
    configuration: "drop",
    breaks: "I1",
  },
  "old-graph-is-trusted": {
    about: "a commit graph is trusted whose drop number is not that of the look",
    configuration: "derived",
    breaks: "I1",
  },
  "fork-takes-graph": {
    about: "a fork is given the commit graph of its parent",
    configuration: "fork-graph",
    breaks: "I1",
  },
  "push-ignores-sweep": {
    about: "a pack is named whose row is not pending any more",
    configuration: "race",
    breaks: "I3",
  },
  "publish-ignores-sweep": {
    about: "a publication names a pack whose row is not pending any more",
    configuration: "lease",
    breaks: "I3",
  },
  "row-before-acknowledgement": {
    about: "a pack is named before the store has acknowledged it",
    configuration: "race",
    breaks: "I3",
  },
  "pending-row-after-upload": {
    about: "the pending row is inserted after the upload",
    configuration: "race",
    breaks: "I4",
  },
  "name-is-used-again": {
    about: "an object that was condemned is uploaded again under its name",
    configuration: "slow-store",
    breaks: "I3",
  },
  "sweep-removes-row-first": {
    about: "a sweep removes the row, then the object",
    configuration: "slow-store",
    breaks: "I4",
  },
  "sweep-deletes-before-row": {
    about: "a sweep deletes an object before it has condemned its row",
    configuration: "slow-store",
    breaks: "I3",
  },
  "no-quiet-time": {
    about: "the row is removed while a PUT may still be applied",
    configuration: "slow-store",
    breaks: "I4",
  },
  "signature-without-end": {
    about: "the store takes a PUT that was signed long ago, and nothing lists the store",
    configuration: "slow-store",
    breaks: "I4",
  },
  "sweep-aborts-nothing": {
    about: "a sweep removes the row of an upload in parts without aborting the upload",
    configuration: "parts",
    breaks: "I7",
  },
  "bucket-without-rule": {
    about: "nothing ends incomplete uploads whose id was not noted",
    configuration: "parts",
    breaks: "I7",
  },
  "maker-deletes-unasked": {
    about: "a push whose answer is lost deletes its pack without asking the row",
    configuration: "lost-answers",
    breaks: "I3",
  },
  "inline-row-tells": {
    about: "a push whose answer is lost takes it for undone because its inline pack has no row",
    configuration: "inline",
    breaks: "I11",
  },
  "no-fence": { about: "a publication does not check its fence", configuration: "lease", breaks: "I5" },
  "no-guard": {
    about: "a publication checks neither its fence nor the drop number nor the rows that it replaces",
    configuration: "lease",
    breaks: "I10",
  },
  "keep-all-drops": {
    about: "a repack leaves out what no ref reaches, and is published as one that keeps all",
    configuration: "drop",
    breaks: "I6",
  },
  "fork-copies-earlier-rows": {
    about: "a fork takes the pack rows that an earlier statement has read",
    configuration: "fork",
    breaks: "I3",
  },
  "fork-ignores-drops": {
    about: "a fork does not compare the drop number with that of its refs",
    configuration: "fork",
    breaks: "I1",
  },
  "fork-counts-nothing": {
    about: "a fork inserts its rows and does not count them",
    configuration: "fork",
    breaks: "I9",
  },
  "deletion-condemns-all": {
    about: "a deletion condemns all that the repository names, whoever else does",
    configuration: "fork",
    breaks: "I3",
  },
  "deletion-counts-nothing": {
    about: "a deletion removes its rows and does not count them",
    configuration: "fork",
    breaks: "I9",
  },
  "fork-adopts-drop": {
    about: "a fork is given a pack of its parent from which objects were dropped",
    configuration: "adoption",
    breaks: "I1",
  },
  "fork-adopts-more": {
    about: "a fork is given a pack of its parent for some packs that it has and some that it never had",
    configuration: "adoption",
    breaks: "I10",
  },
  "sweep-ignores-holds": { about: "a sweep does not look at holds", configuration: "backup", breaks: "I8" },
  "hold-after-snapshot": {
    about: "a backup commits its hold after it has begun its snapshot",
    configuration: "backup",
    breaks: "I8",
  },
  "hold-is-renewed-late": {
    about: "a backup renews a hold that has run out",
    configuration: "backup",
    breaks: "I8",
  },
  "hold-without-end": {
    about: "the hold of a backup that died never runs out",
    configuration: "backup",
    breaks: "I7",
  },
  "view-opens-without": {
    about: "a view opens without a pack that is gone",
    configuration: "reader",
    breaks: "I2",
  },
  "eviction-takes-pinned": {
    about: "the eviction takes the files of a view that is open",
    configuration: "reader",
    breaks: "I2",
  },
  "midx-without-its-packs": {
    about: "a multi-pack index is used though a pack that it covers is gone",
    configuration: "derived",
    breaks: "I2",
  },
  "former-tips-end-early": {
    about: "refs are read first, and what they have left is dropped before the rows are read",
    configuration: "refs-first",
    breaks: "I2",
  },
  "rows-before-refs": {
    about: "pack rows are read first, and refs later",
    configuration: "reader",
    breaks: "I2",
  },
  "short-retention": {
    about: "an object is condemned while it may still be streamed",
    configuration: "download",
    breaks: "I2",
  },
  "listing-after-rows": {
    about: "a listing reads the rows, and lists the store after that",
    configuration: "listing",
    breaks: "I3",
  },
  "restore-ignores-sweep": {
    about: "a restore names objects whose rows are not pending any more",
    configuration: "restore",
    breaks: "I3",
  },
  "restore-counts-once": {
    about: "a restore counts one name of an object that a fork shares",
    configuration: "restore",
    breaks: "I9",
  },
  "restore-in-two-transactions": {
    about: "a restore commits refs before pack rows",
    configuration: "restore",
    breaks: "I1",
  },
  "copy-keeps-id": {
    about: "a copy of the database keeps the installation id, and starts beside the original",
    configuration: "copy",
    breaks: "I3",
  },
} as const satisfies Record<string, Fault>;

/**
 * Left out one at a time, without harm: the one writer that deletes has three guards. Of the fence only I5 would tell, which
 * therefore is not looked at here.
 */
export const HARMLESS = {
  "no-fence-untold": { about: "a publication does not check its fence", configuration: "lease" },
  "no-drop-check": {
    about: "a publication does not compare the drop number with that of its refs",
    configuration: "lease",
  },
  "no-row-check": {
    about: "a publication does not check whether the rows are there that it replaces",
    configuration: "lease",
  },
} as const satisfies Record<string, Omit<Fault, "breaks">>;

export type FaultName = keyof typeof FAULTS | keyof typeof HARMLESS;
