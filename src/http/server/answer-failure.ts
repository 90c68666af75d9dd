import type { Failure, FailureKind } from "../../model/failure.ts";

/** The only mapping from failures to statuses. 401 is only for a credential that is invalid or missing. */
const STATUS: Record<FailureKind, number> = {
  "credential-missing": 401,
  "credential-invalid": 401,
  "credential-kind-refused": 403,
  "address-refused": 403,
  "hours-refused": 403,
  "private-content-refused": 403,
  "credential-retired": 410,
  // Recorded: 401 and not 403, over REST.
  "no-bitbucket-scopes": 401,
  "scope-missing": 403,
  hidden: 404,
  "not-found": 404,
  // For a GET. Other methods must be repeated unchanged: see `redirectStatus`.
  moved: 301,
  "no-such-operation": 404,
  "operation-unsupported": 405,
  "permission-missing": 403,
  "token-refused": 403,
  "invalid-input": 400,
  conflict: 409,
  // draft-ietf-httpapi-idempotency-key-header, section 2.7.
  "idempotency-key-reused": 422,
  gone: 410,
  "too-large": 413,
  "format-unsupported": 415,
  "not-acceptable": 406,
  // The reference has this status for an upload of downloads whose body is not a form.
  "form-required": 406,
  "foreign-host": 403,
  "foreign-site": 403,
  throttled: 429,
  "rate-limited": 429,
  // Bitbucket's own number for a diff that takes too long: contract, rest.md §6.
  "timed-out": 555,
  unavailable: 503,
};

export function statusOf(failure: Failure): number {
  return STATUS[failure.kind];
}

/** RFC 9110, section 15.4: after a 301 clients turn a POST into a GET, after a 308 they do not. */
export function redirectStatus(method: string): 301 | 308 {
  return method === "GET" || method === "HEAD" ? 301 : 308;
}

/** Recorded realm of Bitbucket. Git must be offered `Basic`, alone: with anything else it never sends its credential. */
export const CHALLENGE = 'Basic realm="Bitbucket.org HTTP"';

/** Recorded too, of the API: for a credential with the form of an OAuth token. */
export const OAUTH_CHALLENGE = 'OAuth realm="Bitbucket.org HTTP"';

/** The wire's error object: contract, rest.md §2.10. */
export function errorBody(failure: Failure): unknown {
  const { detail, data, fields } = failure.details;
  // Recorded: for a token without any Bitbucket scope the error is a bare string, unlike everywhere else.
  if (failure.kind === "no-bitbucket-scopes") return { error: failure.message };
  return {
    type: "error",
    error: {
      message: failure.message,
      ...(detail === undefined ? {} : { detail }),
      ...(fields === undefined ? {} : { fields }),
      ...(data === undefined ? {} : { data }),
    },
    // Recorded: data is in the answer twice.
    ...(data === undefined ? {} : { data }),
  };
}

/** For a bug. Nothing of the thrown value is shown. */
export const BUG_BODY = {
  type: "error",
  error: { message: "Something went wrong: the server's log has the details" },
};
