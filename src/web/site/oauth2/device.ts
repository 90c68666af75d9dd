import { parseUserCode } from "../../../authentication/oauth/oauth-secrets.ts";
import { networkOf } from "../../../http/server/client-address.ts";
import { Failure } from "../../../model/failure.ts";
import type { Secret } from "../../../model/secret.ts";
import { decideOnDevice, findAskedByDevice } from "../../../operations/oauth/device-grant.ts";
import type { Ports } from "../../../ports.ts";
import { consentTexts, deviceTexts as texts } from "../../catalogue/oauth.ts";
import { formText } from "../../forms/form-text.ts";
import { html } from "../../html.ts";
import { errorSummary, input, type Problem } from "../../layout/form.ts";
import { type AccountPage, type AccountPageRequest, type PageAnswer, page, redirect } from "../../page.ts";
import { flash } from "../../pipeline/flash.ts";
import { describeConsent } from "./consent.ts";

const PATH = "/site/oauth2/device";
const CODE_LENGTH_MAX = 40;

/**
 * Where somebody types the code of a device, sees what it asks for, and decides: RFC 8628, section 3.3. A link may have the code in
 * it; it is asked about all the same, since whoever sends such a link to somebody would get their access.
 */
export const devicePage: AccountPage = {
  path: PATH,
  subject: "account",
  async get(_ports, request) {
    return codeForm(request, request.query.get("user_code") ?? "", []);
  },
  async post(ports, request) {
    const { form, t, account, by } = request;
    const typed = formText(form, "user_code", CODE_LENGTH_MAX);
    const code = parseUserCode(typed);
    const asked = code && (await findAskedByDevice(ports, code));
    if (code === undefined || asked === undefined) {
      requireFewGuesses(ports, request);
      return codeForm(request, typed, [{ field: "user_code", message: t(texts.unknown) }]);
    }
    const action = form.get("action");
    if (action !== "allow" && action !== "deny") return askForConsent(ports, request, code);
    const isAllowed = action === "allow";
    await decideOnDevice(ports, by, account, code, isAllowed);
    return redirect(PATH, flash(isAllowed ? texts.allowed : texts.denied, { name: asked.consumer.name }));
  },
};

/** RFC 8628, section 5.1: a code is short enough to be guessed by who may try for long. */
function requireFewGuesses({ failedAuthenticationLimiter }: Ports, { address }: AccountPageRequest): void {
  const waitSeconds = failedAuthenticationLimiter.fail(networkOf(address));
  if (waitSeconds !== undefined)
    throw new Failure("throttled", `Too many wrong codes: try again in ${waitSeconds} s`);
}

function codeForm(request: AccountPageRequest, typed: string, problems: readonly Problem[]): PageAnswer {
  const { t, csrf } = request;
  return page({
    title: t(texts.title),
    hasProblems: problems.length > 0,
    ...(problems.length > 0 ? { status: 422 } : {}),
    main: html`<h1>${t(texts.title)}</h1><p class="lead">${t(texts.lead)}</p>${errorSummary(t, problems)}
<form method="post" action="${PATH}">${csrf}
${input(t, { name: "user_code", label: t(texts.code), hint: t(texts.codeHint), value: typed, autocomplete: "off", more: html` spellcheck="false" autocapitalize="characters" maxlength="${CODE_LENGTH_MAX}"`, problems })}
<div class="acts"><button class="main">${t(texts.next)}</button></div></form>`,
  });
}

async function askForConsent(ports: Ports, request: AccountPageRequest, code: Secret): Promise<PageAnswer> {
  const { t, account } = request;
  const { consumer, scopes } = (await findAskedByDevice(ports, code))!;
  const main = await describeConsent(ports, request, {
    consumer,
    scopes,
    account,
    target: undefined,
    note: html`<p class="note">${t(texts.compare, { code: code.reveal() })}</p>`,
    fields: html`<input type="hidden" name="user_code" value="${code.reveal()}">`,
  });
  return page({ title: t(consentTexts.title, { name: consumer.name }), main });
}
