import type { Installation } from "../model/app.ts";
import { type AppUser, boundOfAppUser } from "../model/app-user.ts";
import type { Bound } from "../model/bound.ts";
import type { PrivateContentRule } from "../model/private-content.ts";
import type { Token } from "../model/token.ts";
import type { WorkspaceRefusal } from "../model/token-policy.ts";
import { privateRefusals } from "./private-refusals.ts";

/**
 * All that a token is limited to apart from its scopes: what it was made for, where its app user is at home, the workspaces
 * that refuse it by now, and those whose private content stays closed to it. Undefined, as for nearly all: nothing.
 */
export function boundOfToken(
  {
    token,
    appUser,
    refusals,
    rules,
  }: {
    readonly token: Token;
    readonly appUser: AppUser | undefined;
    readonly refusals: readonly WorkspaceRefusal[];
    readonly rules: readonly PrivateContentRule[];
  },
  { now, address }: { readonly now: Date; readonly address: string | undefined },
): Bound | undefined {
  const bound = withPrivateRefusals(withinAppUser(token.bound, appUser), rules, { now, address });
  if (refusals.length === 0) return bound;
  const refusedBy = refusals.filter(({ from }) => from <= now).map(({ workspaceUuid }) => workspaceUuid);
  return refusedBy.length === 0 ? bound : { ...bound, refusedBy };
}

/** The same for a session, which is limited to nothing else. */
export function boundOfSession(
  { rules }: { readonly rules: readonly PrivateContentRule[] },
  use: { readonly now: Date; readonly address: string | undefined },
): Bound | undefined {
  return withPrivateRefusals(undefined, rules, use);
}

/** The same for an app that has signed a JWT, whose home is the workspace that it is installed in. */
export function boundOfInstallation(
  {
    installation: { workspaceUuid },
    rules,
  }: {
    readonly installation: Pick<Installation, "workspaceUuid">;
    readonly rules: readonly PrivateContentRule[];
  },
  use: { readonly now: Date; readonly address: string | undefined },
): Bound | undefined {
  return withPrivateRefusals({ workspaces: [workspaceUuid] }, rules, use);
}

function withPrivateRefusals(
  bound: Bound | undefined,
  rules: readonly PrivateContentRule[],
  { now, address }: { readonly now: Date; readonly address: string | undefined },
): Bound | undefined {
  if (rules.length === 0) return bound;
  const closedTo = privateRefusals(rules, address, now);
  return closedTo.length === 0 ? bound : { ...bound, privateRefusals: closedTo };
}

function withinAppUser(bound: Bound | undefined, appUser: AppUser | undefined): Bound | undefined {
  if (appUser === undefined) return bound;
  const own = boundOfAppUser(appUser);
  return bound === undefined ? own : { ...own, outer: bound };
}
