import type { AuditEvent } from "../../../model/audit.ts";
import type { FailureKind } from "../../../model/failure.ts";
import { type GrantedScope, parseScope } from "../../../model/scope.ts";

/** The questions that every request is asked, in their order. */
export const QUESTIONS = ["credential", "kind", "scope", "repository", "permission"] as const;
export type Question = (typeof QUESTIONS)[number];

/** A refused request of somebody's token, as the audit log has it. */
export type Refusal = {
  readonly event: AuditEvent;
  readonly method: string;
  /** The pattern of the route: what was asked for exactly may hold secrets, and is not kept. */
  readonly route: string;
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
  "no-bitbucket-scopes": "scope",
  "scope-missing": "scope",
  hidden: "repository",
  "token-refused": "repository",
  "permission-missing": "permission",
};

/** Undefined for an entry that is no refusal. */
export function readRefusal(event: AuditEvent): Refusal | undefined {
  const { method, route, kind, reason } = event.details;
  const stoppedAt = STOPS[String(kind) as FailureKind];
  if (event.action !== "access.refused" || stoppedAt === undefined) return undefined;
  // As a missing scope is written: `missing a, b`.
  const listed = kind === "scope-missing" ? String(reason ?? "").replace(/^missing /, "") : "";
  return {
    event,
    method: String(method),
    route: String(route),
    stoppedAt,
    hasNoScopes: kind === "no-bitbucket-scopes",
    isByWorkspace: kind === "token-refused",
    missing: listed.split(", ").flatMap((text) => parseScope(text) ?? []),
  };
}
