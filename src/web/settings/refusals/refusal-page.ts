import { Failure } from "../../../model/failure.ts";
import type { ApiToken } from "../../../model/token.ts";
import { findAuditEvent } from "../../../storage/sql/audit/audit-events.ts";
import { listTokens } from "../../../storage/sql/tokens/tokens.ts";
import { refusalTexts } from "../../catalogue/refusals.ts";
import { type Html, html, joined } from "../../html.ts";
import { scopeTag, scopeTags } from "../../layout/scope-tag.ts";
import { timeAgo } from "../../layout/time.ts";
import { withQuery } from "../../links.ts";
import { type AccountPage, type AccountPageRequest, page } from "../../page.ts";
import { tokenName } from "../refusals.ts";
import { QUESTIONS, type Question, type Refusal, readRefusal } from "./refusal.ts";

/** One refused request: how far it came, what was missing, and the way to a token that has it. */
export const refusalPage: AccountPage = {
  path: "/-/settings/refusals/{sequence}",
  subject: "account",
  async get({ database }, request) {
    const { account, params } = request;
    const sequence = Number(params.sequence);
    const event = Number.isSafeInteger(sequence)
      ? await findAuditEvent(database.kysely, sequence)
      : undefined;
    const refusal = event && readRefusal(event);
    // Each sees their own.
    if (refusal?.event.actor.kind !== "account" || refusal.event.actor.accountUuid !== account.uuid)
      throw new Failure("not-found", "There is no such refusal");
    const tokens = await listTokens(database.kysely, account.uuid);
    return page(describe(request, refusal, tokens));
  },
};

function describe(request: AccountPageRequest, refusal: Refusal, tokens: readonly ApiToken[]) {
  const { t } = request;
  const texts = refusalTexts.page;
  const { event, asked } = refusal;
  const names = new Map(tokens.map((token) => [token.uuid, token]));
  const token = event.actor.kind === "account" ? names.get(event.actor.credential.id) : undefined;
  const title = titleOf(request, refusal);
  const holes = {
    asked,
    when: timeAgo(request, event.at),
    address: event.actor.kind === "operator" ? "" : event.actor.address,
    token: tokenName(t, refusal, names),
    subject: event.subject.name,
  };
  return {
    title,
    main: html`<p class="dim m">403</p><h1>${title}</h1>
<p class="lead">${t(event.subject.kind === "repository" ? texts.leadOn : texts.lead, holes)}</p>
<div class="flow">${describeLadder(request, refusal.stoppedAt)}
${
  refusal.missing.length > 0 &&
  html`<dl class="facts"><dt>${t(texts.askedFor)}</dt><dd><span class="scopes">${joined(
    refusal.missing.map((scope) => scopeTag(scope, { isLacking: true })),
    " ",
  )}</span></dd>${token && html`<dt>${t(texts.has)}</dt><dd>${scopeTags(token.scopes)}</dd>`}</dl>`
}
<section class="block" aria-labelledby="next"><h2 id="next">${t(texts.next)}</h2>${describeNext(request, refusal, token, tokens)}</section>
${token && token.revokedAt === undefined && html`<p class="small dim">${t(texts.notYou)} <a href="/-/settings/api-tokens/${token.uuid}/revoke">${t(texts.revoke, { name: html`<bdi lang="">${token.name}</bdi>` })}</a></p>`}</div>`,
  };
}

function titleOf(
  { t }: AccountPageRequest,
  { stoppedAt, missing, hasNoScopes, isByWorkspace }: Refusal,
): Html {
  const texts = refusalTexts.page;
  switch (stoppedAt) {
    case "credential":
      return t(texts.ended);
    case "kind":
      return t(texts.kind);
    case "scope":
      return hasNoScopes || missing.length === 0
        ? t(texts.noScopes)
        : t(texts.lacks, {
            scopes: joined(
              missing.map((scope) => html`<code>${scope.replace(/:bitbucket$/, "")}</code>`),
              ", ",
            ),
          });
    case "repository":
      return t(isByWorkspace ? texts.workspace : texts.repository);
    case "permission":
      return t(texts.permission);
  }
}

function describeLadder({ t }: AccountPageRequest, stoppedAt: Question): Html {
  const { ladder } = refusalTexts.page;
  const stop = QUESTIONS.indexOf(stoppedAt);
  return html`<ol class="ladder" aria-label="${t(ladder.label)}">${QUESTIONS.map((question, index) => {
    const state = index < stop ? ladder.passed : index === stop ? ladder.stopped : ladder.notAsked;
    return html`<li${index < stop ? html` class="yes"` : index === stop && html` class="no"`}><b>${t(ladder[question])}</b>${t(state)}</li>`;
  })}</ol>`;
}

function describeNext(
  { t, now }: AccountPageRequest,
  { stoppedAt, missing, isByWorkspace }: Refusal,
  token: ApiToken | undefined,
  tokens: readonly ApiToken[],
): Html {
  const texts = refusalTexts.page;
  if (stoppedAt === "permission") return html`<p>${t(texts.askAdministrator)}</p>`;
  if (stoppedAt === "repository") return html`<p>${t(isByWorkspace ? texts.askOwner : texts.checkName)}</p>`;
  const wanted = [...new Set([...(token?.scopes ?? []), ...missing])];
  const create = withQuery("/-/settings/api-tokens/new", { scopes: wanted.join(",") });
  const other = tokens.find(
    ({ scopes, revokedAt, expiresAt }) =>
      revokedAt === undefined && expiresAt > now && wanted.every((scope) => scopes.includes(scope)),
  );
  if (stoppedAt !== "scope" || missing.length === 0)
    return html`<p>${t(texts.newToken)}</p><div class="acts after"><a class="btn main" href="${create}">${t(texts.createAny)}</a></div>`;
  return html`<p>${t(texts.fixed)}</p><div class="acts after"><a class="btn main" href="${create}">${t(texts.create)}</a>${other && html`<a class="btn" href="/-/settings/api-tokens">${t(texts.use, { name: html`<bdi lang="">${other.name}</bdi>` })}</a>`}</div>`;
}
