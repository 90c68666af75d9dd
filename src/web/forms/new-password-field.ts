import { accountTexts } from "../catalogue/sign-in.ts";
import type { Html } from "../html.ts";
import { html } from "../html.ts";
import { input, type Problem } from "../layout/form.ts";
import type { PageRequest } from "../page.ts";

/** For a password that is chosen: a password manager may make one. */
export function newPasswordField({ t }: PageRequest, problems: readonly Problem[]): Html {
  return input(t, {
    name: "password",
    label: t(accountTexts.newPassword),
    hint: t(accountTexts.passwordHint),
    type: "password",
    autocomplete: "new-password",
    more: html` minlength="12"`,
    problems,
  });
}
