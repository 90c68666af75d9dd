import type { Kysely } from "kysely";
import type { AccountCaller, Caller } from "../model/caller.ts";
import { Failure } from "../model/failure.ts";
import { TOKEN_NOUNS } from "../model/token.ts";
import { describeViolations, policyViolations, refusedFrom } from "../model/token-policy.ts";
import type { Uuid } from "../model/uuid.ts";
import type { Schema } from "../storage/sql/schema.ts";
import { getTokenRefusalCauses } from "../storage/sql/tokens/token-refusals.ts";

/** Whether the workspace accepts no request with the credential, whatever its owner may do there. */
export function isRefusedBy(caller: Caller, workspaceUuid: Uuid): caller is AccountCaller {
  return caller.kind === "account" && caller.credential.bound?.refusedBy?.includes(workspaceUuid) === true;
}

/** The same caller as if no workspace refused the credential: for whether they may be told why. */
export function withoutRefusals(caller: Caller): Caller {
  if (caller.kind === "anonymous") return caller;
  const { refusedBy: _, privateRefusals: __, ...bound } = caller.credential.bound ?? {};
  return { ...caller, credential: { ...caller.credential, bound } };
}

/** For a caller who may see what was asked for, except by this credential. */
export async function tokenRefused(
  db: Kysely<Schema>,
  { credential }: AccountCaller,
  workspaceUuid: Uuid,
): Promise<Failure> {
  if (!("token" in credential))
    return new Failure("token-refused", "The workspace does not accept this credential");
  const { token } = credential;
  const { workspaceSlug, policy, blockedAt } = await getTokenRefusalCauses(db, workspaceUuid, token);
  const violations = policy === undefined ? [] : policyViolations(policy, token);
  const isByPolicy = policy !== undefined && violations.length > 0;
  const from = blockedAt ?? (isByPolicy ? refusedFrom(policy, token) : undefined);
  const why =
    blockedAt === undefined && isByPolicy
      ? `it is against the policy of the workspace: ${describeViolations(violations)}`
      : "an owner of the workspace has revoked it there";
  const since = from === undefined ? "" : `From ${from.toISOString().slice(0, 10)} on, `;
  return new Failure(
    "token-refused",
    `${since}${workspaceSlug} refuses this ${TOKEN_NOUNS[token.kind]}: ${why}`,
    {
      reason: `token ${token.uuid}: ${blockedAt === undefined ? "against the policy" : "revoked in the workspace"}`,
    },
  );
}
