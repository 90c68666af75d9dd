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

/** What kind of reason there is, for surfaces that have their own words, or a way out, for it. */
export type SourceProblem =
  | "credentials-missing"
  | "credentials-refused"
  | "access-refused"
  | "not-found"
  | "private-address"
  | "unknown-authority"
  | "unreachable"
  | "stalled"
  | "redirected"
  | "no-repository"
  | "other";

/** What somebody can do about a problem, in the words of the surface. */
export type SourceRemedies = { readonly [problem in SourceProblem]?: string };

/** Why a source is not imported. */
export class SourceRefusal extends Failure {
  readonly problem: SourceProblem;

  constructor(source: string, why: string, problem: SourceProblem) {
    super("invalid-input", `Cannot import ${source}: ${why}`);
    this.problem = problem;
  }
}

export function refusedSource(source: string, why: string, problem: SourceProblem = "other"): SourceRefusal {
  return new SourceRefusal(source, why, problem);
}

/** With how to go on, if it is about an object of the source. */
export function withRemedy(problem: string, hasGrafts: boolean): string {
  if (!/\b[0-9a-f]{40}\b|missing/.test(problem)) return problem;
  const hidden = "its info/grafts may have hidden that objects are missing; ";
  return `${problem} (${hasGrafts ? hidden : ""}git fsck --full in the source tells more)`;
}
