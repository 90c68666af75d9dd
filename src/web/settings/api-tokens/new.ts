import { type GrantedScope, parseScope } from "../../../model/scope.ts";
import { startTokenDraft } from "../../../operations/tokens/own-tokens.ts";
import { html } from "../../html.ts";
import { type AccountPage, redirect } from "../../page.ts";
import { checkNameFields, NEW_FIELDS, nameStepPage, readNameFields } from "./name-step.ts";
import { draftPath, NEW_TOKEN_PATH } from "./token-paths.ts";

/** Scopes in an address are read up to here. */
const ASKED_LENGTH_MAX = 2_000;

/**
 * The first step of a token. `?scopes=` of a refused request names those that were missing: they are ticked in the next
 * step, and nothing else is.
 */
export const newTokenPage: AccountPage = {
  path: NEW_TOKEN_PATH,
  subject: "account",
  get: (ports, request) =>
    nameStepPage(ports, request, {
      fields: NEW_FIELDS,
      hidden: scopesField(readAskedScopes(request.query)),
    }),
  async post(ports, request) {
    const scopes = readAskedScopes(request.form);
    const fields = readNameFields(request.form);
    const checked = await checkNameFields(ports, request, fields);
    if (!checked.isFine)
      return nameStepPage(ports, request, {
        fields,
        problems: checked.problems,
        hidden: scopesField(scopes),
      });
    const { name, ageDays } = checked;
    const draft = await startTokenDraft(ports, request.by, request.session, { name, ageDays, scopes });
    return redirect(draftPath(draft.uuid, "scopes"));
  },
};

function readAskedScopes(parameters: URLSearchParams): readonly GrantedScope[] {
  const text = (parameters.get("scopes") ?? "").slice(0, ASKED_LENGTH_MAX);
  return [...new Set(text.split(",").flatMap((each) => parseScope(each.trim()) ?? []))];
}

function scopesField(scopes: readonly GrantedScope[]) {
  return html`${scopes.length > 0 && html`<input type="hidden" name="scopes" value="${scopes.join(",")}">`}`;
}
