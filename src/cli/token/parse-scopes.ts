import { nearestWords } from "../../model/nearest-words.ts";
import { type GrantedScope, INERT_SCOPES, PAIL_SCOPES, parseScope, SCOPES } from "../../model/scope.ts";
import { UsageError } from "../terminal/problem.ts";

/** Of those that begin with what was written. */
const OFFERED_MAX = 3;

/** A scope's short form, as people type it. */
const SUFFIX = ":bitbucket";

/**
 * Reads the values of `--scope`: scopes, comma lists of them, or `all` for every scope of Bitbucket's reference.
 *
 * @throws UsageError that names every unknown one, with the nearest known ones.
 */
export function parseScopes(values: readonly string[]): readonly GrantedScope[] {
  const words = values.flatMap((value) => value.split(",")).map((word) => word.trim());
  const scopes = new Set<GrantedScope>();
  const problems: string[] = [];
  for (const word of words) {
    const scope = parseScope(word);
    if (word === "all") for (const each of SCOPES) scopes.add(each);
    else if (scope !== undefined) scopes.add(scope);
    else problems.push(describeUnknown(word));
  }
  if (problems.length > 0)
    throw new UsageError(`--scope: ${problems.join("; ")} (pail token scopes lists all)`);
  return [...scopes];
}

function describeUnknown(word: string): string {
  const known = [...SCOPES, ...PAIL_SCOPES, ...INERT_SCOPES].map((scope) => scope.replace(SUFFIX, ""));
  const short = word.replace(SUFFIX, "");
  // What is written short is meant, however many letters are missing: read:repo.
  const longer = short === "" ? [] : known.filter((scope) => scope.startsWith(short)).slice(0, OFFERED_MAX);
  const nearest = longer.length > 0 ? longer : nearestWords(short, known);
  return `unknown scope ${JSON.stringify(word)}: did you mean ${nearest.join(" or ")}?`;
}
