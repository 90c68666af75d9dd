import { isSessionAlive, type Session } from "../../model/session.ts";
import { parseUuid } from "../../model/uuid.ts";
import { endOtherSessions, endSession } from "../../operations/accounts/sessions.ts";
import { listSessions } from "../../storage/sql/accounts/sessions.ts";
import { sessionTexts } from "../catalogue/account-settings.ts";
import { type Html, html } from "../html.ts";
import { exactTime, timeAgo } from "../layout/time.ts";
import { type AccountPage, type AccountPageRequest, page, redirect } from "../page.ts";
import { flash } from "../pipeline/flash.ts";
import { describeClient } from "./describe-client.ts";
import { withSettingsSide } from "./with-settings-side.ts";

const PATH = "/-/settings/sessions";

/** Where an account is signed in, and the way out of each. */
export const sessionsPage: AccountPage = {
  path: PATH,
  subject: "account",
  async get({ database }, request) {
    const { t, account, now, session, csrf } = request;
    const texts = sessionTexts;
    const alive = (await listSessions(database.kysely, account.uuid)).filter((each) =>
      isSessionAlive(each, now),
    );
    const others = alive.filter(({ uuid }) => uuid !== session.uuid);
    const own = alive.filter(({ uuid }) => uuid === session.uuid);
    return page({
      title: t(texts.title),
      main: withSettingsSide(
        request,
        html`<h1>${t(texts.title)}</h1><p class="lead">${t(texts.lead)}</p><div class="flow">
<table role="table" class="ledger stack"><thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">${t(texts.browser)}</th><th role="columnheader" scope="col">${t(texts.address)}</th><th role="columnheader" scope="col">${t(texts.lastUsed)}</th><th role="columnheader" scope="col">${t(texts.created)}</th><th role="columnheader" scope="col" class="end">${t(texts.actions)}</th></tr></thead><tbody role="rowgroup">
${[...own, ...others].map((each) => describeRow(request, each))}</tbody></table>
${others.length > 0 && html`<p class="dim">${t(texts.strange)}</p><form method="post">${csrf}<div class="acts"><button class="danger" name="act" value="others">${t(texts.endOthers)}</button></div></form>`}</div>`,
      ),
    });
  },
  async post(_ports, { form, account, by, session }) {
    if (form.get("act") === "others") {
      const n = await endOtherSessions(by, account, session.uuid);
      return redirect(PATH, flash(sessionTexts.othersEnded, { n }));
    }
    const uuid = parseUuid(form.get("session") ?? "");
    if (uuid !== undefined) await endSession(by, account, uuid);
    return redirect(PATH, flash(sessionTexts.ended));
  },
};

function describeRow(request: AccountPageRequest, session: Session): Html {
  const { t, csrf } = request;
  const texts = sessionTexts;
  const { uuid, client, address, lastUsedAt, createdAt } = session;
  const isOwn = uuid === request.session.uuid;
  const browser = describeClient(t, client);
  return html`<tr role="row"><th role="rowheader" scope="row" data-l="${t(texts.browser)}"><b>${browser}</b>${isOwn && html` <span class="tag ok">${t(texts.here)}</span>`}</th><td role="cell" data-l="${t(texts.address)}"><div class="m">${address}</div></td><td role="cell" data-l="${t(texts.lastUsed)}"><div>${timeAgo(request, lastUsedAt)}</div></td><td role="cell" data-l="${t(texts.created)}"><div>${exactTime(request, createdAt)}</div></td><td role="cell" class="end" data-l="${t(texts.actions)}"><div>${
    isOwn
      ? html`<span class="dim">–</span>`
      : html`<form method="post">${csrf}<input type="hidden" name="session" value="${uuid}"><button class="plain danger">${t(texts.end)}<span class="vh">: ${browser}, ${address}</span></button></form>`
  }</div></td></tr>`;
}
