import type { Failure } from "./failure.ts";
import { maskPersonalText } from "./mask-secrets.ts";

/** Why a request was refused, as fields of its line in the log, for the operator: the caller may have read less. */
export function failureNotes({ kind, message, details: { reason } }: Failure): Record<string, unknown> {
  return {
    "failure.kind": kind,
    "failure.message": maskPersonalText(message),
    ...(reason === undefined ? {} : { "failure.reason": reason }),
  };
}
