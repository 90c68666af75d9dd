import type { Network } from "./bound.ts";
import type { OauthScope } from "./oauth-scope.ts";
import type { GrantedScope } from "./scope.ts";
import type { Token } from "./token.ts";
import type { Uuid } from "./uuid.ts";

/** Of both vocabularies, whose names differ. */
export type AnyScope = GrantedScope | OauthScope;

/** What a workspace asks of the tokens that are used in it. Whose tokens they are makes no difference. */
export type TokenPolicy = {
  /** The longest time from the creation of a token to its expiry. Undefined: any. */
  readonly lifetimeDaysMax: number | undefined;
  /** Scopes that no token may have here, even if a request does not need them. In the order of their names. */
  readonly refusedScopes: readonly AnyScope[];
  /** From where private content may be opened. Empty: from anywhere. */
  readonly networks: readonly Network[];
  /** People open private content only if their accounts have two-step verification. */
  readonly requiresTwoStep: boolean;
  /** From then on tokens that are older than the policy are refused; newer ones are at once. */
  readonly enforcedFrom: Date;
  readonly changedAt: Date;
};

/** What is wrong with a token by a policy. */
export type PolicyViolation =
  | { readonly kind: "lifetime"; readonly days: number; readonly daysMax: number }
  | { readonly kind: "scopes"; readonly scopes: readonly AnyScope[] };

/** A workspace that does not accept a token from an instant on. */
export type WorkspaceRefusal = { readonly workspaceUuid: Uuid; readonly from: Date };

const DAY_MS = 86_400_000;

type Judged = Pick<Token, "createdAt" | "expiresAt" | "scopes">;

export function policyViolations(
  { lifetimeDaysMax, refusedScopes }: Pick<TokenPolicy, "lifetimeDaysMax" | "refusedScopes">,
  { createdAt, expiresAt, scopes }: Judged,
): readonly PolicyViolation[] {
  const lifetimeMs = expiresAt.getTime() - createdAt.getTime();
  const refused = refusedScopes.filter((scope) => (scopes as readonly string[]).includes(scope));
  return [
    ...(lifetimeDaysMax !== undefined && lifetimeMs > lifetimeDaysMax * DAY_MS
      ? [{ kind: "lifetime", days: Math.ceil(lifetimeMs / DAY_MS), daysMax: lifetimeDaysMax } as const]
      : []),
    ...(refused.length > 0 ? [{ kind: "scopes", scopes: refused } as const] : []),
  ];
}

/** From when on a token with violations is refused. */
export function refusedFrom(
  { changedAt, enforcedFrom }: Pick<TokenPolicy, "changedAt" | "enforcedFrom">,
  { createdAt }: Pick<Token, "createdAt">,
): Date {
  return createdAt > changedAt ? createdAt : enforcedFrom;
}

/** In words for the holder of the token. */
export function describeViolations(violations: readonly PolicyViolation[]): string {
  return violations.map(describeViolation).join("; ");
}

function describeViolation(violation: PolicyViolation): string {
  switch (violation.kind) {
    case "lifetime":
      return `it is valid for ${violation.days} days, and at most ${violation.daysMax} are allowed`;
    case "scopes":
      return `${violation.scopes.join(", ")} ${violation.scopes.length === 1 ? "is" : "are"} not allowed`;
  }
}
