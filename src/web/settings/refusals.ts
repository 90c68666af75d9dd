import type { ApiToken } from "../../model/token.ts";
import type { Uuid } from "../../model/uuid.ts";
import { listAuditEvents } from "../../storage/sql/audit/audit-events.ts";
import { listTokens } from "../../storage/sql/tokens/tokens.ts";
import { refusalTexts } from "../catalogue/refusals.ts";
import { type Html, html } from "../html.ts";
import { empty } from "../layout/empty.ts";
import { scopeTags } from "../layout/scope-tag.ts";
import { timeAgo } from "../layout/time.ts";
import { type AccountPage, page } from "../page.ts";
import type { Entry, Translate } from "../translate.ts";
import { type Refusal, readRefusal } from "./refusals/refusal.ts";
import { withSettingsSide } from "./with-settings-side.ts";

const SHOWN_MAX = 100;
export const REFUSAL_DAYS_MAX = 30;
const DAY_MS = 86_400_000;

/** What the tokens of who is signed in were refused lately: git and scripts print little of it. */
export const refusalsPage: AccountPage = {
  path: "/-/settings/refusals",
  subject: "account",
  async get({ database }, request) {
    const { t, account, now } = request;
    const [events, tokens] = await Promise.all([
      listAuditEvents(database.kysely, {
        accountUuid: account.uuid,
        action: "access.refused",
        since: new Date(now.getTime() - REFUSAL_DAYS_MAX * DAY_MS),
        limit: SHOWN_MAX,
      }),
      listTokens(database.kysely, account.uuid),
    ]);
    const names = new Map(tokens.map((token) => [token.uuid, token]));
    // Of pages too, which are told at once.
    const refusals = events
      .flatMap((event) => readRefusal(event) ?? [])
      .filter(({ event }) => event.actor.kind === "account" && event.actor.credential.kind === "api-token");
    const texts = refusalTexts;
    const list =
      refusals.length === 0
        ? empty(t(texts.none.title), t(texts.none.text))
        : html`<table role="table" class="ledger stack"><thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">${t(texts.request)}</th><th role="columnheader" scope="col">${t(texts.token)}</th><th role="columnheader" scope="col">${t(texts.reason)}</th><th role="columnheader" scope="col" class="end">${t(texts.when)}</th></tr></thead><tbody role="rowgroup">${refusals.map(
            (refusal) =>
              html`<tr role="row"><th role="rowheader" scope="row" data-l="${t(texts.request)}"><a class="m" href="/-/settings/refusals/${refusal.event.sequence}">${refusal.asked}</a><span class="sub m">${refusal.event.subject.kind === "repository" && refusal.event.subject.name}</span></th><td role="cell" data-l="${t(texts.token)}"><div>${tokenName(t, refusal, names)}</div></td><td role="cell" data-l="${t(texts.reason)}"><div>${describeMissing(t, refusal)}</div></td><td role="cell" class="end dim" data-l="${t(texts.when)}"><div>${timeAgo(request, refusal.event.at)}</div></td></tr>`,
          )}</tbody></table>`;
    return page({
      title: t(texts.title),
      main: withSettingsSide(
        request,
        html`<h1>${t(texts.title)}</h1><p class="lead">${t(texts.lead)}</p>${list}`,
      ),
    });
  },
};

export function tokenName(t: Translate, { event }: Refusal, tokens: ReadonlyMap<Uuid, ApiToken>): Html {
  const token = event.actor.kind === "account" ? tokens.get(event.actor.credential.id) : undefined;
  return token === undefined ? t(refusalTexts.tokenGone) : html`<bdi lang="">${token.name}</bdi>`;
}

function describeMissing(t: Translate, refusal: Refusal): Html {
  if (refusal.missing.length > 0) return scopeTags(refusal.missing);
  return t(wordsOf(refusal));
}

function wordsOf({ stoppedAt, hasNoScopes, isByWorkspace }: Refusal): Entry {
  const { what } = refusalTexts;
  switch (stoppedAt) {
    case "credential":
      return what.token;
    case "kind":
      return what.kind;
    case "scope":
      return hasNoScopes ? what.noScopes : what.kind;
    case "repository":
      return isByWorkspace ? what.workspace : what.repository;
    case "permission":
      return what.permission;
  }
}
