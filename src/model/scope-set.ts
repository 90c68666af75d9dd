import { type OauthScope, withImplied } from "./oauth-scope.ts";
import type { GrantedScope, Scope } from "./scope.ts";

/** What a credential lets its caller ask for, in the vocabulary of its kind. */
export type ScopeSet =
  /** None implies another. */
  | { readonly vocabulary: "api-token"; readonly granted: readonly GrantedScope[] }
  /** With implications. */
  | { readonly vocabulary: "oauth"; readonly granted: readonly OauthScope[] }
  /** All that its account may do: of a session. */
  | { readonly vocabulary: "none" };

/** What a route, a service of git or an event asks of a credential: all of the scopes, in the vocabulary that it has. */
export type Requirement = {
  readonly apiTokenScopes: readonly Scope[];
  readonly oauthScopes: readonly OauthScope[];
};

export const NO_REQUIREMENT: Requirement = { apiTokenScopes: [], oauthScopes: [] };

/** All that any of them asks, each scope once. */
export function allOf(requirements: readonly Requirement[]): Requirement {
  return {
    apiTokenScopes: [...new Set(requirements.flatMap(({ apiTokenScopes }) => apiTokenScopes))],
    oauthScopes: [...new Set(requirements.flatMap(({ oauthScopes }) => oauthScopes))],
  };
}

/** The names of the granted scopes, as they were granted. */
export function grantedNames(scopes: ScopeSet): readonly string[] {
  return scopes.vocabulary === "none" ? [] : scopes.granted;
}

/** What is asked in the credential's own words, and what of it is not granted. */
export function compareScopes(
  { apiTokenScopes, oauthScopes }: Requirement,
  scopes: ScopeSet,
): { readonly required: readonly string[]; readonly missing: readonly string[] } {
  switch (scopes.vocabulary) {
    case "api-token":
      return {
        required: apiTokenScopes,
        missing: apiTokenScopes.filter((scope) => !scopes.granted.includes(scope)),
      };
    case "oauth": {
      const granted = withImplied(scopes.granted);
      return { required: oauthScopes, missing: oauthScopes.filter((scope) => !granted.has(scope)) };
    }
    case "none":
      return { required: [], missing: [] };
  }
}
