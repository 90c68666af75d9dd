import { Failure } from "../model/failure.ts";
import type { ObjectId } from "../model/object-id.ts";
import type { BranchName, RefName } from "../model/ref-name.ts";

export type SourceRef = { readonly name: RefName; readonly target: ObjectId };

/** A repository that can be imported: its refs have been read, and its objects can be. */
export type ImportSource = {
  readonly refs: readonly SourceRef[];
  /** The branch that HEAD names. Undefined when HEAD is detached, or when the source does not say. */
  readonly headBranch: BranchName | undefined;
  /** For people: what is not taken, and why. */
  readonly warnings: readonly string[];
  /** Whether a grafts file has hidden a part of the history from who worked in it. */
  readonly hasGrafts: boolean;
  /** One pack with everything that the refs reach. */
  openPack(options: PackOptions): SourcePack;
};

export type PackOptions = {
  /** Called with progress as git writes it for a terminal. */
  readonly onProgress?: (text: Buffer) => void;
  readonly signal: AbortSignal;
};

export type SourcePack = {
  /** @throws Failure invalid-input if the source is damaged, or breaks off. */
  read(): AsyncGenerator<Buffer>;
  /** Ends it, wherever it is. */
  close(): void;
};

export function refusedSource(source: string, why: string): Failure {
  return new Failure("invalid-input", `Cannot import ${source}: ${why}`);
}

/** With how to go on, if it is about an object of the source. */
export function withRemedy(problem: string, hasGrafts: boolean): string {
  if (!/\b[0-9a-f]{40}\b|missing/.test(problem)) return problem;
  const hidden = "its info/grafts may have hidden that objects are missing; ";
  return `${problem} (${hasGrafts ? hidden : ""}git fsck --full in the source tells more)`;
}
