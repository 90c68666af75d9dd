import { isUtf8 } from "node:buffer";
import { quotePath } from "../git/quote-path.ts";
import { parseObjectId } from "../model/object-id.ts";
import { invalidRefNameReason, newRefNameProblem, parseRefName, type RefName } from "../model/ref-name.ts";
import type { ImportSource, SourceRef } from "./import-source.ts";

/** What is taken of a repository. Remotes' branches and the stash belong to the clone, not to the repository. */
const TAKEN_PREFIXES = ["refs/heads/", "refs/tags/", "refs/notes/"];
const LEFT_PREFIXES = ["refs/remotes/", "refs/stash"];

export type SourceRefs = Pick<ImportSource, "refs" | "warnings">;

/** From lines such as `<object id> refs/heads/main`, as bytes: a ref's name need not be text. */
export function selectRefs(lines: Iterable<Buffer>): SourceRefs {
  const refs: SourceRef[] = [];
  const warnings: string[] = [];
  let others = 0;
  for (const line of lines) {
    const text = line.toString();
    const target = parseObjectId(text.slice(0, 40));
    const name = text.slice(41);
    if (LEFT_PREFIXES.some((prefix) => name.startsWith(prefix))) continue;
    const isTaken = TAKEN_PREFIXES.some((prefix) => name.startsWith(prefix));
    const refName = isUtf8(line) ? parseRefName(name) : undefined;
    if (!isTaken) others += 1;
    else if (target === undefined || refName === undefined || newRefNameProblem(refName) !== undefined)
      warnings.push(`left out ${quotePath(line.subarray(41))}: ${nameProblem(line, refName)}`);
    else refs.push({ name: refName, target });
  }
  if (others > 0) warnings.push(`left out ${others} refs that are no branch, tag or note`);
  return { refs, warnings };
}

/** In the words of a push, which takes the same names. */
function nameProblem(line: Buffer, name: RefName | undefined): string {
  if (!isUtf8(line)) return "the ref name is not UTF-8";
  return (name && newRefNameProblem(name)) ?? invalidRefNameReason(line.toString().slice(41));
}
