import { Failure } from "../../model/failure.ts";
import type { Ref } from "../../model/ref.ts";
import { BRANCH_PREFIX, type BranchName } from "../../model/ref-name.ts";
import { dataPacket, FLUSH_PACKET } from "./packet.ts";

/** The arguments of `ls-refs`: gitprotocol-v2(5). */
export type LsRefsRequest = {
  readonly showsPeeled: boolean;
  readonly showsSymrefs: boolean;
  readonly showsUnborn: boolean;
  readonly prefixes: readonly string[];
};

/** git itself stops to look at prefixes beyond this number and then shows everything. */
const PREFIXES_MAX = 65_536;

export function parseLsRefs(args: readonly string[]): LsRefsRequest {
  const prefixes: string[] = [];
  for (const arg of args) {
    if (arg.startsWith("ref-prefix ")) prefixes.push(arg.slice("ref-prefix ".length));
    else if (arg !== "peel" && arg !== "symrefs" && arg !== "unborn") {
      throw new Failure("invalid-input", "ls-refs: an argument that it does not have");
    }
  }
  return {
    showsPeeled: args.includes("peel"),
    showsSymrefs: args.includes("symrefs"),
    showsUnborn: args.includes("unborn"),
    prefixes: prefixes.length > PREFIXES_MAX ? [] : prefixes,
  };
}

/** The answer to `ls-refs`: HEAD, then the refs in the order given, those only that begin with one of the prefixes. */
export function writeLsRefs(
  request: LsRefsRequest,
  refs: readonly Ref[],
  head: BranchName | undefined,
): Buffer {
  const isAsked = prefixMatcher(request.prefixes);
  const lines: string[] = [];
  if (isAsked("HEAD")) lines.push(...headLines(request, refs, head));
  for (const ref of refs) {
    if (!isAsked(ref.name)) continue;
    const peeled = request.showsPeeled && ref.peeled !== undefined ? ` peeled:${ref.peeled}` : "";
    lines.push(`${ref.target} ${ref.name}${peeled}`);
  }
  return Buffer.concat([...lines.map((line) => dataPacket(`${line}\n`)), FLUSH_PACKET]);
}

function headLines(request: LsRefsRequest, refs: readonly Ref[], head: BranchName | undefined): string[] {
  const name = BRANCH_PREFIX + (head ?? "main");
  const target = refs.find((ref) => ref.name === name)?.target;
  if (target !== undefined) return [`${target} HEAD${request.showsSymrefs ? ` symref-target:${name}` : ""}`];
  return request.showsUnborn && request.showsSymrefs ? [`unborn HEAD symref-target:${name}`] : [];
}

/** Whether a name begins with one of the prefixes, in the logarithm of their number: a client may send thousands. */
export function prefixMatcher(prefixes: readonly string[]): (name: string) => boolean {
  if (prefixes.length === 0) return () => true;
  // Of prefixes that begin with each other the shortest says it all; then only the last one not behind the name can fit.
  const shortest: string[] = [];
  for (const prefix of [...prefixes].sort()) {
    if (shortest.length === 0 || !prefix.startsWith(shortest.at(-1)!)) shortest.push(prefix);
  }
  return (name) => {
    let low = 0;
    let high = shortest.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (shortest[middle]! <= name) low = middle + 1;
      else high = middle;
    }
    return low > 0 && name.startsWith(shortest[low - 1]!);
  };
}
