import { parseOauthScope } from "./oauth-scope.ts";
import { parseScope } from "./scope.ts";
import type { AnyScope } from "./token-policy.ts";

/** A scope of either vocabulary: no name is in both. */
export function parseAnyScope(text: string): AnyScope | undefined {
  return parseScope(text) ?? parseOauthScope(text);
}
