import { API_TOKEN_EQUIVALENTS } from "../../model/access-token.ts";
import type { Bound } from "../../model/bound.ts";
import type { Caller } from "../../model/caller.ts";
import { Failure } from "../../model/failure.ts";
import type { OauthScope } from "../../model/oauth-scope.ts";
import type { Scope } from "../../model/scope.ts";
import { compareScopes } from "../../model/scope-set.ts";

/**
 * Nobody makes a token with another that may do more than that, or gets the text of one. @throws Failure scope-missing; permission-missing if the other
 * is limited in what an access token cannot be.
 */
export function requireAsMuch(caller: Caller, scopes: readonly OauthScope[]): void {
  if (caller.kind === "anonymous") return;
  const { credential } = caller;
  if (isLimitedElsewise(credential.bound))
    throw new Failure(
      "permission-missing",
      "A token that is limited to refs, addresses or hours makes no access tokens",
    );
  const equivalents: Readonly<Partial<Record<OauthScope, readonly Scope[]>>> = API_TOKEN_EQUIVALENTS;
  const apiTokenScopes = [...new Set(scopes.flatMap((scope) => equivalents[scope] ?? []))];
  const { required, missing } = compareScopes({ apiTokenScopes, oauthScopes: [] }, credential.scopes);
  if (missing.length === 0) return;
  throw new Failure("scope-missing", "Your credentials lack one or more required privilege scopes.", {
    detail: { required, granted: credential.scopes.vocabulary === "none" ? [] : credential.scopes.granted },
    reason: `missing ${missing.join(", ")}`,
  });
}

function isLimitedElsewise(bound: Bound | undefined): boolean {
  return (
    bound?.refs !== undefined ||
    bound?.addresses !== undefined ||
    bound?.readOnlyHours !== undefined ||
    bound?.outer !== undefined
  );
}
