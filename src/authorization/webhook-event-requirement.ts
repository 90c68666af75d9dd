import { allOf, type Requirement } from "../model/scope-set.ts";
import type { WebhookEvent } from "../model/webhook.ts";

type Family = WebhookEvent extends `${infer Name}:${string}` ? Name : never;

/**
 * Documented: to subscribe to an event takes the scope that applies to it, since its payload shows what that scope lets be
 * read. The reference names them in the older vocabulary ("webhook, repository and issue"); of API tokens these are alike.
 */
const REQUIREMENTS: Readonly<Record<Family, Requirement>> = {
  repo: { apiTokenScopes: ["read:repository:bitbucket"], oauthScopes: ["repository"] },
  pullrequest: { apiTokenScopes: ["read:pullrequest:bitbucket"], oauthScopes: ["pullrequest"] },
  issue: { apiTokenScopes: ["read:issue:bitbucket"], oauthScopes: ["issue"] },
  pipeline: { apiTokenScopes: ["read:pipeline:bitbucket"], oauthScopes: ["pipeline"] },
  // Ours. It names people and their tokens, as the page of the workspace's owners does.
  token: { apiTokenScopes: ["admin:workspace:bitbucket"], oauthScopes: ["account"] },
  project: { apiTokenScopes: ["read:project:bitbucket"], oauthScopes: ["project"] },
};

/** The scopes that a subscription to these events requires. */
export function webhookEventRequirement(events: readonly WebhookEvent[]): Requirement {
  return allOf(events.map((event) => REQUIREMENTS[event.slice(0, event.indexOf(":")) as Family]));
}
