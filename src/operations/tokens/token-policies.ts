import type { Kysely } from "kysely";
import { isInNetwork } from "../../authorization/network.ts";
import { workspaceSubject } from "../../model/audit.ts";
import type { Network } from "../../model/bound.ts";
import { Failure, invalidField } from "../../model/failure.ts";
import { OAUTH_SCOPES, withImplied } from "../../model/oauth-scope.ts";
import type { AnyScope, TokenPolicy } from "../../model/token-policy.ts";
import type { Uuid } from "../../model/uuid.ts";
import { accountOf } from "../../model/who-acts.ts";
import type { Workspace } from "../../model/workspace.ts";
import type { By, Ports } from "../../ports.ts";
import { hasTwoStep } from "../../storage/sql/accounts/two-step.ts";
import { lockRows } from "../../storage/sql/lock-rows.ts";
import type { Schema } from "../../storage/sql/schema.ts";
import { findReachingToken } from "../../storage/sql/tokens/reaching-tokens.ts";
import {
  deleteTokenBlock,
  findTokenPolicy,
  insertTokenBlock,
  replaceTokenPolicy,
} from "../../storage/sql/tokens/token-policies.ts";
import { TAKES_ACCESS } from "../../storage/sql/transaction-options.ts";

/** Each request of each credential is compared with them. Our choice. */
export const NETWORKS_MAX = 100;
const DAY_MS = 86_400_000;
export const LIFETIME_DAYS_MAX = 365;
/** How far off the date may be from which existing tokens are refused. */
export const GRACE_DAYS_MAX = 365;

export type WantedTokenPolicy = {
  readonly lifetimeDaysMax: number | undefined;
  /** Of either vocabulary. With a scope of OAuth all that include it are refused. */
  readonly refusedScopes: readonly AnyScope[];
  /** From where private content may be opened. Absent: from anywhere. */
  readonly networks?: readonly Network[];
  readonly requiresTwoStep?: boolean;
  /** Undefined: at once. */
  readonly enforcedFrom: Date | undefined;
};

type PolicyPorts = Pick<Ports, "clock">;

/**
 * Sets what a workspace asks of tokens. Tokens that are against it are refused from then on; those that exist already, from
 * `enforcedFrom` on. A policy that asks nothing is none.
 *
 * @throws Failure invalid-input that names the wrong field.
 */
export async function setTokenPolicy(
  ports: PolicyPorts,
  by: By,
  workspace: Workspace,
  wanted: WantedTokenPolicy,
): Promise<TokenPolicy | undefined> {
  const now = ports.clock();
  const policy = checkPolicy(wanted, now);
  await by.transaction(async (tx, record) => {
    if (policy !== undefined) await requireToComply(tx, by, policy);
    await lockRows(tx, [{ table: "workspace", uuid: workspace.uuid, strength: "update" }]);
    const before = await findTokenPolicy(tx, workspace.uuid);
    if (policy === undefined && before === undefined) return;
    await replaceTokenPolicy(tx, workspace.uuid, policy);
    if (policy === undefined) record.audit("workspace.policy-removed", workspaceSubject(workspace));
    else
      record.audit("workspace.policy-set", workspaceSubject(workspace), {
        lifetime_days_max: policy.lifetimeDaysMax,
        refused_scopes: policy.refusedScopes,
        networks: policy.networks,
        requires_two_step: policy.requiresTwoStep,
        enforced_from: policy.enforcedFrom.toISOString(),
      });
  }, TAKES_ACCESS);
  return policy;
}

function checkPolicy(
  { lifetimeDaysMax, refusedScopes, networks = [], requiresTwoStep = false, enforcedFrom }: WantedTokenPolicy,
  now: Date,
): TokenPolicy | undefined {
  const isLifetime =
    lifetimeDaysMax === undefined ||
    (Number.isInteger(lifetimeDaysMax) && lifetimeDaysMax >= 1 && lifetimeDaysMax <= LIFETIME_DAYS_MAX);
  if (!isLifetime) throw invalidField("lifetime", `must be 1 to ${LIFETIME_DAYS_MAX} days`);
  const latest = now.getTime() + GRACE_DAYS_MAX * DAY_MS;
  if (enforcedFrom !== undefined && !(enforcedFrom.getTime() <= latest))
    throw invalidField("enforced_from", `must be a date within ${GRACE_DAYS_MAX} days`);
  if (networks.length > NETWORKS_MAX) throw invalidField("addresses", `at most ${NETWORKS_MAX} are allowed`);
  const asksNothing = lifetimeDaysMax === undefined && refusedScopes.length === 0;
  if (asksNothing && networks.length === 0 && !requiresTwoStep) return undefined;
  return {
    lifetimeDaysMax,
    refusedScopes: [...new Set(refusedScopes.flatMap(withImplying))].sort(),
    networks: [...new Set(networks)],
    requiresTwoStep,
    enforcedFrom: enforcedFrom !== undefined && enforcedFrom > now ? enforcedFrom : now,
    changedAt: now,
  };
}

/** A token with `repository:write` can do what one with `repository` can: who forbids that forbids both. */
function withImplying(scope: AnyScope): readonly AnyScope[] {
  return [
    scope,
    ...OAUTH_SCOPES.filter((other) => (withImplied([other]) as ReadonlySet<AnyScope>).has(scope)),
  ];
}

/** As at Bitbucket, who sets it must comply with it: nobody locks out themselves. The operator is nobody. */
async function requireToComply(
  tx: Kysely<Schema>,
  { actor }: By,
  { networks, requiresTwoStep }: TokenPolicy,
): Promise<void> {
  if (actor.kind !== "account") return;
  if (requiresTwoStep && !(await hasTwoStep(tx, actor.accountUuid)))
    throw invalidField("two_step", "needs two-step verification of your own account first");
  if (networks.length > 0 && !networks.some((network) => isInNetwork(actor.address, network)))
    throw invalidField("addresses", `your own address, ${actor.address}, is not among them`);
}

/**
 * Revokes a token for one workspace: it is refused there from the next request on, and stays what it is for its owner
 * everywhere else. An owner of a workspace can do this to the token of anybody who reaches it; only its owner, and the
 * operator, can revoke a token altogether.
 *
 * @throws Failure not-found if no such token reaches the workspace.
 */
export async function blockToken(
  ports: PolicyPorts,
  by: By,
  workspace: Workspace,
  tokenUuid: Uuid,
): Promise<void> {
  await by.transaction(async (tx, record) => {
    await lockRows(tx, [{ table: "workspace", uuid: workspace.uuid, strength: "update" }]);
    const now = ports.clock();
    const found = await findReachingToken(tx, workspace.uuid, tokenUuid, now);
    // A grant is ended, since each hour brings another of its tokens.
    if (found === undefined || found.token.kind === "grant")
      throw new Failure("not-found", "No such token reaches the workspace");
    const isNew = await insertTokenBlock(tx, {
      tokenUuid,
      workspaceUuid: workspace.uuid,
      blockedAt: now,
      blockedByUuid: accountOf(by.caller)?.uuid,
    });
    if (isNew)
      record.audit("token.blocked", workspaceSubject(workspace), {
        account: found.account.uuid,
        token: tokenUuid,
        name: found.token.name,
      });
  }, TAKES_ACCESS);
}

/** Undoes `blockToken`. @throws Failure not-found if the token is not revoked there. */
export async function unblockToken(by: By, workspace: Workspace, tokenUuid: Uuid): Promise<void> {
  await by.transaction(async (tx, record) => {
    await lockRows(tx, [{ table: "workspace", uuid: workspace.uuid, strength: "update" }]);
    if (!(await deleteTokenBlock(tx, tokenUuid, workspace.uuid)))
      throw new Failure("not-found", "The workspace does not refuse this token");
    record.audit("token.unblocked", workspaceSubject(workspace), { token: tokenUuid });
  });
}
