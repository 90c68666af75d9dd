import type { ResourceKind } from "./access-token.ts";
import type { OauthScope } from "./oauth-scope.ts";
import type { GrantedScope } from "./scope.ts";
import type { Token } from "./token.ts";
import { type PolicyViolation, policyViolations, type TokenPolicy } from "./token-policy.ts";
import type { Uuid } from "./uuid.ts";

export const HELD_KINDS = ["api-token", "access-token", "grant"] as const;
export type HeldKind = (typeof HELD_KINDS)[number];

type AnyHeld = Pick<Token, "uuid" | "name" | "bound" | "createdAt" | "lastUsedAt">;

type HeldApiToken = AnyHeld & {
  readonly kind: "api-token";
  readonly scopes: readonly GrantedScope[];
  readonly expiresAt: Date;
};

type HeldAccessToken = AnyHeld & {
  readonly kind: "access-token";
  readonly scopes: readonly OauthScope[];
  readonly expiresAt: Date;
  /** What it is of. */
  readonly resource: {
    readonly kind: ResourceKind;
    /** The slug of a repository or a workspace, the key of a project. */
    readonly name: string;
  };
};

/** Has the name of its consumer, or of the app. */
export type HeldGrant = AnyHeld & {
  readonly kind: "grant";
  readonly scopes: readonly OauthScope[];
  /** When somebody has to allow it again. Undefined: a consumer or an app acts by itself, as long as it exists. */
  readonly expiresAt: Date | undefined;
  /** Undefined: an app's. */
  readonly consumer:
    | {
        readonly uuid: Uuid;
        /** Of the workspace in question. */
        readonly isOwn: boolean;
      }
    | undefined;
};

/** What opens something in a workspace for whoever holds it, as long as it lives. */
export type HeldCredential = HeldApiToken | HeldAccessToken | HeldGrant;

/** The tokens of a grant live for hours, so of a grant only the scopes can be against a policy. */
export function heldViolations(
  policy: Pick<TokenPolicy, "lifetimeDaysMax" | "refusedScopes">,
  held: HeldCredential,
): readonly PolicyViolation[] {
  return held.kind === "grant"
    ? policyViolations({ ...policy, lifetimeDaysMax: undefined }, { ...held, expiresAt: held.createdAt })
    : policyViolations(policy, held);
}
