import { Failure } from "../../model/failure.ts";

/** RFC 6750, sections 2.2 and 2.3. */
export const TOKEN_PARAMETER = "access_token";

/** Until May 2026 Bitbucket took OAuth tokens there, and programs that still send them have to learn why they are refused. */
export function tokenInWrongPlace(place: "the URL" | "the form"): Failure {
  return new Failure("credential-invalid", "Token is invalid, expired, or not supported for this endpoint.", {
    detail: `access_token in ${place} is not accepted since 4 May 2026: send the token as "Authorization: Bearer"`,
    reason: `access_token in ${place}`,
  });
}
