/**
 * The codes of RFC 6749, sections 4.1.2.1 and 5.2, and of RFC 8628, section 3.5. Bitbucket uses some of them for other cases than
 * the RFC does: contract, auth-beyond-tokens.md §1.5.
 */
export type OauthErrorCode =
  | "invalid_request"
  | "unauthorized_client"
  | "access_denied"
  | "unsupported_response_type"
  | "invalid_grant"
  | "authorization_pending"
  | "slow_down"
  | "expired_token";

/** An expected refusal of an endpoint of OAuth. `message` is the `error_description`. */
export class OauthRefusal extends Error {
  readonly code: OauthErrorCode;
  /** For the log only. */
  readonly reason: string | undefined;
  /** Whether whoever asked may be guessing a secret. */
  readonly isGuess: boolean;

  constructor(
    code: OauthErrorCode,
    description: string,
    { reason, isGuess = false }: { readonly reason?: string; readonly isGuess?: boolean } = {},
  ) {
    super(description);
    this.name = "OauthRefusal";
    this.code = code;
    this.reason = reason;
    this.isGuess = isGuess;
  }
}
