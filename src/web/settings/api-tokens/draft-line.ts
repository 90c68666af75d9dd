import type { TokenDraft } from "../../../model/token-draft.ts";
import { tokenTexts } from "../../catalogue/tokens.ts";
import { type Html, html } from "../../html.ts";
import { exactTime } from "../../layout/time.ts";
import type { AccountPageRequest } from "../../page.ts";
import { inDays } from "./name-step.ts";

/** Name and end of a token, as chosen so far. */
export function draftLine(request: AccountPageRequest, { name, ageDays }: TokenDraft): Html {
  const { t, now } = request;
  const length = t(tokenTexts.new.days, { n: ageDays });
  const time = exactTime(request, inDays(now, ageDays));
  return html`<p><bdi><b>${name}</b></bdi> <span class="dim">${t(tokenTexts.new.expires, { time, length })}</span></p>`;
}
