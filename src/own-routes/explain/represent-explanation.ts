import type { Caller, CallerCredential } from "../../model/caller.ts";
import { grantedNames } from "../../model/scope-set.ts";
import type { ExplainedRequest, Explanation } from "./explain-request.ts";
import { leastChanges } from "./least-changes.ts";

/** An explanation as JSON: of `GET /-/explain` and of `pail token explain --json`. */
export function representExplanation(
  caller: Caller,
  { method, target }: ExplainedRequest,
  explained: Explanation,
) {
  const { requirement, refusals } = explained;
  return {
    type: "explanation",
    method,
    path: target,
    route: explained.route,
    required: {
      api_token_scopes: requirement.apiTokenScopes,
      oauth_scopes: requirement.oauthScopes,
      permission: explained.permission,
      credential_kinds: requirement.credentialKinds ?? null,
      depends_on_body: explained.dependsOnBody,
    },
    caller: representCaller(caller),
    held: { permission: explained.held ?? null },
    allowed: refusals.length === 0,
    refusals: refusals.map(({ kind, status, message, missing }) => ({
      kind,
      status,
      message,
      ...(missing.length === 0 ? {} : { missing }),
    })),
    /** Whether the subject was looked at: not by who lacks the scopes to read it. */
    subject_known: explained.isSubjectKnown,
    least_changes: leastChanges(caller, explained),
  };
}

function representCaller(caller: Caller) {
  if (caller.kind === "anonymous") return { kind: caller.kind };
  const { account, credential } = caller;
  return {
    kind: credential.kind,
    id: credential.id,
    account: account.username,
    scopes: grantedNames(credential.scopes),
    expires_on: endOf(credential)?.toISOString() ?? null,
  };
}

function endOf(credential: CallerCredential): Date | undefined {
  return "token" in credential ? credential.token.expiresAt : undefined;
}
