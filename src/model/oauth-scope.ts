/** The older vocabulary, of OAuth consumers, apps and access tokens: contract, auth-beyond-tokens.md §1.7. */
export const OAUTH_SCOPES = [
  "account",
  "account:write",
  "email",
  "project",
  "project:write",
  "project:admin",
  "repository",
  "repository:write",
  "repository:admin",
  "repository:delete",
  "pullrequest",
  "pullrequest:write",
  "issue",
  "issue:write",
  "wiki",
  "webhook",
  "snippet",
  "snippet:write",
  "pipeline",
  "pipeline:write",
  "pipeline:variable",
  "runner",
  "runner:write",
  "team",
  "team:write",
  "test",
  "test:write",
] as const;
export type OauthScope = (typeof OAUTH_SCOPES)[number];

export function parseOauthScope(text: string): OauthScope | undefined {
  return OAUTH_SCOPES.find((scope) => scope === text);
}

/**
 * What a scope implies, as the reference tells it. A scope that is not here implies nothing: not even the admin of a
 * repository may read it. The reference says nothing about `account:write`, pipelines and runners, so they imply nothing.
 */
const IMPLIED: Partial<Record<OauthScope, readonly OauthScope[]>> = {
  project: ["repository"],
  // Deprecated: `project:admin` replaces it, and does not imply `project`.
  "project:write": ["project:admin", "project"],
  "repository:write": ["repository"],
  pullrequest: ["repository"],
  "pullrequest:write": ["pullrequest", "repository:write"],
  "issue:write": ["issue"],
  "snippet:write": ["snippet"],
};

/** The scopes with all that they imply, by however many steps. */
export function withImplied(scopes: readonly OauthScope[]): ReadonlySet<OauthScope> {
  const all = new Set(scopes);
  // A set goes on with what is added to it meanwhile.
  for (const scope of all) for (const implied of IMPLIED[scope] ?? []) all.add(implied);
  return all;
}
