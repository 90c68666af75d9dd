import { SERVICE_REQUIREMENTS } from "../../authorization/service-requirements.ts";
import { type GrantedScope, INERT_SCOPES, PAIL_SCOPES, SCOPES } from "../../model/scope.ts";
import { OWN_ROUTES } from "../../own-routes/routes.ts";
import { ROUTES } from "../../rest/routes.ts";

export type ScopeDescription = {
  readonly scope: GrantedScope;
  readonly opens_something: boolean;
  readonly git: readonly string[];
  /** Of the REST API and of Pail's own routes, that ask for this scope: alone or with others. */
  readonly operations: number;
};

/** What each scope opens, from what the routes declare. */
export function describeScopes(): readonly ScopeDescription[] {
  return [...SCOPES, ...PAIL_SCOPES, ...INERT_SCOPES].map((scope) => {
    const isAsked = ({ apiTokenScopes }: { readonly apiTokenScopes: readonly string[] }) =>
      apiTokenScopes.includes(scope);
    const git = [
      ...(isAsked(SERVICE_REQUIREMENTS["git-upload-pack"]) ? ["git clone and fetch"] : []),
      ...(isAsked(SERVICE_REQUIREMENTS["git-receive-pack"]) ? ["git push"] : []),
    ];
    const operations = [...ROUTES, ...OWN_ROUTES].filter(isAsked).length;
    return { scope, opens_something: git.length > 0 || operations > 0, git, operations };
  });
}
