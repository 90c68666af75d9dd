import { type AppUser, boundOfAppUser } from "../model/app-user.ts";
import type { Bound } from "../model/bound.ts";
import type { Token } from "../model/token.ts";
import type { WorkspaceRefusal } from "../model/token-policy.ts";

/**
 * All that a token is limited to apart from its scopes: what it was made for, where its app user is at home, and the
 * workspaces that refuse it by now. Undefined, as for nearly all: nothing.
 */
export function boundOfToken(
  {
    token,
    appUser,
    refusals,
  }: {
    readonly token: Token;
    readonly appUser: AppUser | undefined;
    readonly refusals: readonly WorkspaceRefusal[];
  },
  now: Date,
): Bound | undefined {
  const bound = withinAppUser(token.bound, appUser);
  if (refusals.length === 0) return bound;
  const refusedBy = refusals.filter(({ from }) => from <= now).map(({ workspaceUuid }) => workspaceUuid);
  return refusedBy.length === 0 ? bound : { ...bound, refusedBy };
}

function withinAppUser(bound: Bound | undefined, appUser: AppUser | undefined): Bound | undefined {
  if (appUser === undefined) return bound;
  const own = boundOfAppUser(appUser);
  return bound === undefined ? own : { ...own, outer: bound };
}
