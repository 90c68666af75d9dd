import { Failure } from "../../model/failure.ts";
import { accountTexts, signInTexts } from "../catalogue/sign-in.ts";
import type { Html } from "../html.ts";
import type { Problem } from "../layout/form.ts";
import { exactTime } from "../layout/time.ts";
import type { PageRequest } from "../page.ts";
import type { Entry } from "../translate.ts";

const PASSWORD_PROBLEMS: Readonly<Record<string, Entry>> = accountTexts.passwordProblem;

const FIELDS: Readonly<Record<string, Entry>> = {
  username: accountTexts.usernameWrong,
  name: accountTexts.nameWrong,
  email: accountTexts.emailWrong,
  current: accountTexts.currentWrong,
  code: signInTexts.code.wrong,
};

/**
 * What an operation on accounts refuses, as problems at the fields of a form.
 *
 * @param field that has the problem where the failure names none: too many tries.
 * @throws the failure again if a form cannot say it.
 */
export function accountProblems(
  { t, language }: PageRequest,
  error: unknown,
  field: string,
): readonly Problem[] {
  if (!(error instanceof Failure)) throw error;
  const { fields = {}, data = {} } = error.details;
  if (error.kind === "throttled")
    return [{ field, message: throttledMessage({ t, language }, new Date(String(data.until))) }];
  if (fields.password !== undefined) {
    const entry = PASSWORD_PROBLEMS[String(data.problem)];
    if (entry !== undefined) return [{ field: "password", message: t(entry) }];
  }
  const problems = Object.keys(fields).flatMap((name) => {
    const entry = FIELDS[name];
    return entry === undefined ? [] : [{ field: name, message: t(entry) }];
  });
  if (problems.length === 0) throw error;
  return problems;
}

export function throttledMessage({ t, language }: Pick<PageRequest, "t" | "language">, until: Date): Html {
  // Minutes are shown: what is left of this one is waited for too.
  const shown = new Date(Math.ceil(until.getTime() / 60_000) * 60_000);
  return t(signInTexts.throttled, { time: exactTime({ language }, shown) });
}

/** 429 where there were too many tries, else 422. */
export function problemStatus(error: unknown): number {
  return error instanceof Failure && error.kind === "throttled" ? 429 : 422;
}
