import type { CredentialReference } from "./caller.ts";
import type { Uuid } from "./uuid.ts";

/** What can go wrong by a caller's doing, or by the world's. HTTP statuses are given in one table, in `http/`. */
export type FailureKind =
  | "credential-missing"
  | "credential-invalid"
  | "credential-kind-refused"
  | "address-refused"
  /** Private content of the workspace is opened from other addresses alone, or with two-step verification. */
  | "private-content-refused"
  /** It is an hour in which the credential only reads. */
  | "hours-refused"
  | "credential-retired"
  | "no-bitbucket-scopes"
  | "scope-missing"
  | "hidden"
  | "not-found"
  /** It has another name now, and `location` tells where it lies. */
  | "moved"
  | "no-such-operation"
  | "operation-unsupported"
  | "permission-missing"
  /** The workspace refuses the token: it is against the policy, or was revoked there. */
  | "token-refused"
  | "invalid-input"
  | "conflict"
  /** The key of an earlier request, which asked for something else. */
  | "idempotency-key-reused"
  | "gone"
  | "too-large"
  | "format-unsupported"
  /** What is there is of a type that the request does not take. */
  | "not-acceptable"
  | "form-required"
  | "foreign-host"
  | "foreign-site"
  | "throttled"
  | "rate-limited"
  /** What was asked for takes too long to work out, and would the next time. */
  | "timed-out"
  | "unavailable";

/** What the answer contains in addition to its message. Names are those of the wire's error object. */
export type FailureDetails = {
  /** Text, or for a missing scope the lists of required and granted scopes. */
  readonly detail?: string | { readonly required: readonly string[]; readonly granted: readonly string[] };
  /** A URL, for what has moved. */
  readonly location?: string;
  readonly data?: Readonly<Record<string, unknown>>;
  /** Wrong fields of the request, each with what is wrong. */
  readonly fields?: Readonly<Record<string, readonly string[]>>;
  /** For the audit log only: a credential that is genuine and refused all the same, and whose it is. */
  readonly genuine?: { readonly credential: CredentialReference; readonly accountUuid: Uuid };
  /** For the log only: the reason that the caller may not read. */
  readonly reason?: string;
};

/**
 * An expected refusal. `message` is what the caller may read: the action, a colon, the state found, no full stop
 * (recorded texts of Bitbucket are used unchanged). Anything else that is thrown is a bug.
 */
export class Failure extends Error {
  readonly kind: FailureKind;
  readonly details: FailureDetails;

  constructor(kind: FailureKind, message: string, details: FailureDetails = {}) {
    super(message);
    this.name = "Failure";
    this.kind = kind;
    this.details = details;
  }
}

/** The failure for one wrong field of a request. */
export function invalidField(field: string, problem: string): Failure {
  return new Failure("invalid-input", `${field}: ${problem}`, { fields: { [field]: [problem] } });
}

/** Recorded text: contract, rest.md §6. */
export function credentialKindRefused({ kind }: Pick<CredentialReference, "kind">): Failure {
  return new Failure(
    "credential-kind-refused",
    "This API is not accessible by this authentication mechanism",
    {
      reason: kind,
    },
  );
}

/** Recorded text. */
export function appsOnly({ kind }: Pick<CredentialReference, "kind">): Failure {
  return new Failure(
    "credential-kind-refused",
    "This API is only accessible with the following authentication types: jwt",
    { reason: kind },
  );
}

/** For what nobody may do without saying who they are. */
export function credentialMissing(): Failure {
  return new Failure("credential-missing", "Authentication is required: no credential was sent");
}
