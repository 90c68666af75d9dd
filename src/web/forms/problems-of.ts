import { Failure } from "../../model/failure.ts";
import { html } from "../html.ts";
import type { Problem } from "../layout/form.ts";

const KINDS: readonly Failure["kind"][] = ["invalid-input", "conflict", "throttled", "permission-missing"];

/**
 * What an operation says against a form, at the controls of its fields. What names no field of `controls` stands at
 * `otherwise`. Whatever is no refusal of a form is thrown on: it has a page of its own.
 */
export function problemsOf(
  error: unknown,
  controls: Readonly<Record<string, string>>,
  otherwise: string,
): readonly Problem[] {
  if (!(error instanceof Failure) || !KINDS.includes(error.kind)) throw error;
  const fields = Object.entries(error.details.fields ?? {});
  if (fields.length === 0) return [{ field: otherwise, message: html`${error.message}` }];
  return fields.flatMap(([name, problems]) =>
    problems.map((problem) => ({ field: controls[name] ?? otherwise, message: html`${problem}` })),
  );
}
