import { Failure } from "../../../model/failure.ts";
import type { OauthErrorCode } from "../../../model/oauth-refusal.ts";
import { OAUTH_SCOPES } from "../../../model/oauth-scope.ts";
import { parseRedirectUri, withParameters } from "../../../model/redirect-uri.ts";
import { allowConsumer, isAllowedBefore } from "../../../operations/oauth/allow-consumer.ts";
import {
  type Asked,
  type AuthorizationRequest,
  readAuthorizationRequest,
} from "../../../operations/oauth/authorization-request.ts";
import type { Ports } from "../../../ports.ts";
import { consentTexts as texts } from "../../catalogue/oauth.ts";
import { html, NOTHING } from "../../html.ts";
import { type OpenPage, type PageAnswer, type PageRequest, page, redirect } from "../../page.ts";
import { signInPath } from "../../pipeline/sign-in-path.ts";
import { describeConsent } from "./consent.ts";
import { rawState } from "./raw-state.ts";

/**
 * Where a program sends somebody's browser to be allowed access: RFC 6749, section 4.1.1. The form is sent to the same address, so
 * that the request stands in the query alone, and its `state` comes back byte for byte.
 */
export const authorizePage: OpenPage = {
  path: "/site/oauth2/authorize",
  subject: "open",
  takesAnyQuery: true,
  async get(ports, request) {
    const read = await readAuthorizationRequest(ports, request.query);
    if (read.kind !== "asked") return refuse(request, read);
    const { account } = request;
    if (account === undefined) return redirect(signInPath(request.path));
    if (!(await isAllowedBefore(ports, account, read))) return askForConsent(ports, request, read, false);
    const code = await allowConsumer(ports, request.by, account, read, read.consumer.scopes);
    return goBack(request, read.redirectUri, [`code=${code.reveal()}`]);
  },
  async post(ports, request) {
    const read = await readAuthorizationRequest(ports, request.query);
    if (read.kind !== "asked") return refuse(request, read);
    const { account, form, by } = request;
    if (account === undefined) return redirect(signInPath(request.path));
    if (form.get("action") !== "allow")
      return refuseAt(request, read.redirectUri, "access_denied", "The user has denied the access");
    const shown = (form.get("scopes") ?? "").split(" ");
    try {
      const seen = OAUTH_SCOPES.filter((scope) => shown.includes(scope));
      const code = await allowConsumer(ports, by, account, read, seen);
      return goBack(request, read.redirectUri, [`code=${code.reveal()}`]);
    } catch (error) {
      if (error instanceof Failure && error.kind === "conflict")
        return askForConsent(ports, request, read, true);
      throw error;
    }
  },
};

async function askForConsent(
  ports: Ports,
  request: PageRequest,
  { consumer, redirectUri }: Asked,
  isChanged: boolean,
): Promise<PageAnswer> {
  const { t, account } = request;
  const { origin, hostname, protocol } = parseRedirectUri(redirectUri)!;
  const main = await describeConsent(ports, request, {
    consumer,
    scopes: consumer.scopes,
    account: account!,
    target: origin,
    note: isChanged ? html`<p class="note warnish" role="alert">${t(texts.changed)}</p>` : undefined,
    fields: NOTHING,
  });
  return page({
    title: t(texts.title, { name: consumer.name }),
    main,
    // An IPv6 address is no source of CSP: for it there is the scheme alone.
    formTargets: [hostname.startsWith("[") ? protocol : origin],
    ...(isChanged ? { status: 409 } : {}),
  });
}

function refuse(
  request: PageRequest,
  read: Exclude<AuthorizationRequest, { readonly kind: "asked" }>,
): PageAnswer {
  if (read.kind === "refused") return refuseAt(request, read.redirectUri, read.code, read.description);
  const { t } = request;
  const { misconfigured } = texts;
  const [title, reason] = {
    client_id: [misconfigured.client, misconfigured.clientReason] as const,
    redirect_uri: [misconfigured.redirect, misconfigured.redirectReason] as const,
    callback: [misconfigured.redirect, misconfigured.callbackReason] as const,
  }[read.problem];
  return page({
    title: t(title),
    status: 400,
    main: html`<h1>${t(title)}</h1><p class="lead">${t(misconfigured.text)}</p><p>${t(reason)}</p>`,
  });
}

function refuseAt(
  request: PageRequest,
  redirectUri: string,
  code: OauthErrorCode,
  description: string,
): PageAnswer {
  return goBack(request, redirectUri, [
    `error=${code}`,
    `error_description=${encodeURIComponent(description)}`,
  ]);
}

/** With the state as it came, and with who answers (RFC 9207), so that no program takes the answer of one server for another's. */
function goBack({ path, baseUrls }: PageRequest, uri: string, answer: readonly string[]): PageAnswer {
  const state = rawState(path);
  return redirect(
    withParameters(uri, [
      ...answer,
      ...(state === undefined ? [] : [`state=${state}`]),
      `iss=${encodeURIComponent(baseUrls.html)}`,
    ]),
  );
}
