import { CALENDAR_FEEDS_MAX, type CalendarFeed } from "../../model/calendar-feed.ts";
import type { Secret } from "../../model/secret.ts";
import { parseUuid } from "../../model/uuid.ts";
import { createCalendarFeed, endCalendarFeed } from "../../operations/tokens/calendar-feeds.ts";
import { listCalendarFeeds } from "../../storage/sql/tokens/calendar-feeds.ts";
import { calendarTexts as texts } from "../catalogue/calendars.ts";
import { type Html, html } from "../html.ts";
import { copyButton } from "../layout/command.ts";
import { empty } from "../layout/empty.ts";
import { ledger } from "../layout/ledger.ts";
import { exactTime, timeAgo } from "../layout/time.ts";
import { type AccountPage, type AccountPageRequest, type PageAnswer, page, redirect } from "../page.ts";
import { flash } from "../pipeline/flash.ts";
import { withSettingsSide } from "./with-settings-side.ts";

const PATH = "/-/settings/expiry-calendar";

/** Addresses from which calendars read when the tokens of an account end. */
export const expiryCalendarPage: AccountPage = {
  path: PATH,
  subject: "account",
  async get({ database }, request) {
    const { t, account } = request;
    const feeds = await listCalendarFeeds(database.kysely, account.uuid);
    return page({
      title: t(texts.title),
      main: withSettingsSide(
        request,
        html`<h1>${t(texts.title)}</h1><p class="lead">${t(texts.lead)}</p>
<div class="flow"><p>${t(texts.secret)}</p>
${feeds.length === 0 ? empty(t(texts.none.title), t(texts.none.text), createForm(request)) : html`${feedTable(request, feeds)}${feeds.length < CALENDAR_FEEDS_MAX ? createForm(request) : html`<p class="dim">${t(texts.full)}</p>`}`}</div>`,
      ),
    });
  },
  async post(ports, request) {
    const { form, by } = request;
    const uuid = parseUuid(form.get("feed") ?? "");
    if (uuid === undefined) return shownOnce(request, (await createCalendarFeed(ports, by)).url);
    await endCalendarFeed(by, uuid);
    return redirect(PATH, flash(texts.ended));
  },
};

function createForm({ t, csrf }: AccountPageRequest): Html {
  return html`<form method="post">${csrf}<div class="acts"><button class="main">${t(texts.create)}</button></div></form>`;
}

function feedTable(request: AccountPageRequest, feeds: readonly CalendarFeed[]): Html {
  const { t, csrf } = request;
  return ledger(
    [
      { label: t(texts.address) },
      { label: t(texts.created) },
      { label: t(texts.lastRead) },
      { label: t(texts.actions), isEnd: true },
    ],
    feeds.map(({ uuid, createdAt, lastReadAt }) => [
      html`<code>${uuid.slice(0, 8)}</code>`,
      exactTime(request, createdAt),
      lastReadAt === undefined ? t(texts.never) : timeAgo(request, lastReadAt),
      html`<form method="post">${csrf}<input type="hidden" name="feed" value="${uuid}"><button class="plain danger">${t(texts.end)}<span class="vh">: ${uuid.slice(0, 8)}</span></button></form>`,
    ]),
  );
}

/** The answer with the secret in it: to the one POST that made it. */
function shownOnce(request: AccountPageRequest, url: Secret): PageAnswer {
  const { t } = request;
  const { title, hint, copy, done } = texts.shown;
  return page({
    title: t(title),
    main: withSettingsSide(
      request,
      html`<h1>${t(title)}</h1><div class="flow"><div class="field long"><label for="address">${t(texts.address)}</label><p class="hint" id="address-h">${t(hint)}</p>
<textarea class="secret" id="address" rows="3" readonly spellcheck="false" autocomplete="off" aria-describedby="address-h">${url.reveal()}</textarea></div>
<div class="acts">${copyButton(t, { word: t(copy), selector: "#address", isMain: true })}<a class="btn" href="${PATH}">${t(done)}</a></div></div>`,
    ),
  });
}
