import { Failure } from "../../model/failure.ts";

/** One line of what was looked at. */
export type Finding = {
  readonly check: string;
  readonly state: "ok" | "warning" | "error";
  readonly text: string;
  /** What to do, for what is not ok. */
  readonly remedy?: string;
};

export function ok(check: string, text: string): Finding {
  return { check, state: "ok", text };
}

export function warning(check: string, text: string, remedy: string): Finding {
  return { check, state: "warning", text, remedy };
}

export function failing(check: string, text: string, remedy: string): Finding {
  return { check, state: "error", text, remedy };
}

/** What a failure says, with its reason, for the operator. @throws the error itself if it is a bug. */
export function describeProblem(error: unknown): string {
  if (!(error instanceof Failure)) throw error;
  const { reason } = error.details;
  return `${error.message}${reason === undefined ? "" : ` (${reason})`}`;
}
