import { ACCESS_TOKEN_SCOPES } from "../../model/access-token.ts";
import { nearestWords } from "../../model/nearest-words.ts";
import { OAUTH_SCOPES, type OauthScope } from "../../model/oauth-scope.ts";
import { UsageError } from "../terminal/problem.ts";

/**
 * Reads the values of `--scope`: scopes of the older vocabulary, and comma lists of them. Which of them the kind of resource
 * can have is for the operation to say.
 *
 * @throws UsageError that names every unknown one, with the nearest known ones.
 */
export function parseAccessTokenScopes(values: readonly string[]): readonly OauthScope[] {
  const words = values.flatMap((value) => value.split(",")).map((word) => word.trim());
  const scopes = new Set<OauthScope>();
  const problems: string[] = [];
  for (const word of words) {
    const scope = OAUTH_SCOPES.find((each) => each === word);
    if (scope !== undefined) scopes.add(scope);
    else {
      const nearest = nearestWords(word, ACCESS_TOKEN_SCOPES.workspace);
      problems.push(`unknown scope ${JSON.stringify(word)}: did you mean ${nearest.join(" or ")}?`);
    }
  }
  if (problems.length > 0)
    throw new UsageError(`--scope: ${problems.join("; ")} (pail access-token create --help lists all)`);
  return [...scopes];
}
