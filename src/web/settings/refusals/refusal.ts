import type { AuditEvent } from "../../../model/audit.ts";
import type { FailureKind } from "../../../model/failure.ts";
import { type GrantedScope, parseScope } from "../../../model/scope.ts";

/** The questions that every request is asked, in their order. */
export const QUESTIONS = ["credential", "kind", "scope", "repository", "permission"] as const;
export type Question = (typeof QUESTIONS)[number];

/** A refused request of somebody's token, as the audit log has it. */
export type Refusal = {
  readonly event: AuditEvent;
  /** The method and the pattern of the route: what was asked for exactly may hold secrets, and is not kept. Of git its command. */
  readonly asked: string;
  /** At which question it stopped. */
  readonly stoppedAt: Question;
  readonly hasNoScopes: boolean;
  /** By its policy, or by one of its owners: the token reached it, and was not accepted. */
  readonly isByWorkspace: boolean;
  readonly missing: readonly GrantedScope[];
};

const STOPS: { readonly [Kind in FailureKind]?: Question } = {
  "credential-invalid": "credential",
  "credential-kind-refused": "kind",
  "address-refused": "kind",
  "hours-refused": "kind",
  "no-bitbucket-scopes": "scope",
  "scope-missing": "scope",
  hidden: "repository",
  "token-refused": "repository",
  "private-content-refused": "repository",
  "permission-missing": "permission",
};

/** Undefined for an entry that is no refusal. */
export function readRefusal(event: AuditEvent): Refusal | undefined {
  const { method, route, kind, reason } = event.details;
  const stoppedAt = STOPS[String(kind) as FailureKind];
  if (event.action !== "access.refused" || stoppedAt === undefined) return undefined;
  // As a missing scope is written: `missing a, b`.
  const listed = kind === "scope-missing" ? String(reason ?? "").replace(/^missing /, "") : "";
  const missing = listed.split(", ").flatMap((text) => parseScope(text) ?? []);
  return {
    event,
    asked: commandOf(String(route), missing) ?? `${method} ${String(route).replace(/:(\w+)/g, "{$1}")}`,
    stoppedAt,
    hasNoScopes: kind === "no-bitbucket-scopes",
    isByWorkspace: kind === "token-refused" || kind === "private-content-refused",
    missing,
  };
}

/** The command of git that sent a request, as far as it is known. */
function commandOf(route: string, missing: readonly GrantedScope[]): string | undefined {
  if (route.endsWith("/git-receive-pack")) return "git push";
  if (route.endsWith("/git-upload-pack")) return "git fetch";
  if (!route.endsWith("/info/refs")) return undefined;
  return missing.includes("write:repository:bitbucket") ? "git push" : "git";
}
