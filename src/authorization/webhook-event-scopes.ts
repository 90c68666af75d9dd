import type { Scope } from "../model/scope.ts";
import type { WebhookEvent } from "../model/webhook.ts";

/**
 * Documented: to subscribe to an event takes the scope that applies to it, since its payload shows what that scope lets be
 * read. The reference names them in the older vocabulary ("webhook, repository and issue"); these are their likes here.
 */
const SCOPES_BY_FAMILY: Readonly<Record<string, Scope>> = {
  repo: "read:repository:bitbucket",
  pullrequest: "read:pullrequest:bitbucket",
  issue: "read:issue:bitbucket",
  pipeline: "read:pipeline:bitbucket",
  project: "read:project:bitbucket",
};

/** The scopes that a subscription to these events takes, each once. */
export function scopesOfEvents(events: readonly WebhookEvent[]): readonly Scope[] {
  return [...new Set(events.map((event) => SCOPES_BY_FAMILY[event.slice(0, event.indexOf(":"))]!))];
}
