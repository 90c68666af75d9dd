import type { TokenWithHistory } from "../../../model/token.ts";
import { rotateOwnToken } from "../../../operations/tokens/own-tokens.ts";
import type { Ports } from "../../../ports.ts";
import { tokenTexts } from "../../catalogue/tokens.ts";
import { type Html, html } from "../../html.ts";
import { choices } from "../../layout/choices.ts";
import { errorSummary, type Problem } from "../../layout/form.ts";
import { exactTime } from "../../layout/time.ts";
import { type AccountPage, type AccountPageRequest, type PageAnswer, page, redirect } from "../../page.ts";
import { withSettingsSide } from "../with-settings-side.ts";
import { limitFacts } from "./limit-facts.ts";
import { ownLimits } from "./own-limits.ts";
import { findOwnPolicies, refusalFact } from "./own-policies.ts";
import { ownTokenOf } from "./own-token.ts";
import { tokenFacts } from "./scope-facts.ts";
import { shownOncePage } from "./shown-once.ts";
import { findCommands } from "./token-commands.ts";
import { isLiving, isRotatable, shortId } from "./token-facts.ts";
import { NEW_TOKEN_PATH, shownAlreadyPath, TOKENS_PATH, tokenPath } from "./token-paths.ts";

const NO_OVERLAP = "0";
/** In minutes: how long the old token works on. */
const OVERLAPS = [
  [NO_OVERLAP, tokenTexts.rotation.length.none],
  ["60", tokenTexts.rotation.length.hour],
  ["1440", tokenTexts.rotation.length.day],
  ["10080", tokenTexts.rotation.length.week],
] as const;
const DEFAULT_OVERLAP = "1440";

/** Asks how long the old token is to work on; the answer is its successor, shown once. */
export const rotateTokenPage: AccountPage = {
  path: `${TOKENS_PATH}/{token}/rotate`,
  subject: "account",
  isStepUp: true,
  async get(ports, request) {
    const token = await ownTokenOf(ports, request);
    return canRotate(request, token) ? questionPage(ports, request, token) : cannotPage(request, token);
  },
  async post(ports, request) {
    const { t, form, by } = request;
    const token = await ownTokenOf(ports, request);
    // Sent again, it would show the same successor again.
    if (token.successorUuid !== undefined) return redirect(shownAlreadyPath(token.successorUuid));
    if (!canRotate(request, token)) return cannotPage(request, token);
    const overlap = OVERLAPS.find(([minutes]) => minutes === form.get("overlap"))?.[0];
    if (overlap === undefined)
      return questionPage(ports, request, token, [
        { field: "overlap", message: t(tokenTexts.rotation.problem) },
      ]);
    const commands = await findCommands(ports, request, null);
    const rotation = await rotateOwnToken(ports, by, token.uuid, Number(overlap));
    if (rotation.isRepeated) return redirect(shownAlreadyPath(rotation.token.uuid));
    const before = describeOverlap(request, token, rotation.oldExpiresAt);
    const limits = await ownLimits(ports, request, rotation.token);
    return shownOncePage(request, { text: rotation.text, token: rotation.token, limits, commands, before });
  },
};

function canRotate({ now }: AccountPageRequest, token: TokenWithHistory): boolean {
  return isRotatable(token) && isLiving(token, now);
}

function describeOverlap(request: AccountPageRequest, { uuid }: TokenWithHistory, until: Date): Html {
  const { t, form } = request;
  const id = shortId(uuid);
  return form.get("overlap") !== NO_OVERLAP
    ? html`<p class="note warnish">${t(tokenTexts.shown.overlap, { id, time: exactTime(request, until) })}</p>`
    : html`<p class="note">${t(tokenTexts.shown.noOverlap, { id })}</p>`;
}

async function questionPage(
  ports: Ports,
  request: AccountPageRequest,
  token: TokenWithHistory,
  problems: readonly Problem[] = [],
): Promise<PageAnswer> {
  const { t, now, csrf } = request;
  const texts = tokenTexts.rotation;
  const life = token.expiresAt.getTime() - token.createdAt.getTime();
  const successor = { scopes: token.scopes, createdAt: now, expiresAt: new Date(now.getTime() + life) };
  const [policies, limits] = await Promise.all([
    findOwnPolicies(ports, request),
    ownLimits(ports, request, token),
  ]);
  const main = html`<h1>${t(texts.title, { name: html`<bdi>${token.name}</bdi>` })}</h1>
${errorSummary(t, problems)}
<p class="lead">${t(texts.lead)}</p>
<form method="post">${csrf}
<div class="flow">${choices(t, {
    name: "overlap",
    label: t(texts.overlap),
    hint: t(texts.overlapHint, { time: exactTime(request, token.expiresAt) }),
    problems,
    value: DEFAULT_OVERLAP,
    options: OVERLAPS.map(([value, label]) => ({ value, label: t(label) })),
  })}
<section class="block" aria-labelledby="new"><h2 id="new">${t(texts.successor)}</h2>
<dl class="facts">${tokenFacts(request, successor)}${limitFacts(t, limits)}${refusalFact(t, policies, successor)}</dl></section>
<div class="acts"><button class="main">${t(texts.submit)}</button><a class="btn" href="${TOKENS_PATH}">${t(texts.keep)}</a></div></div>
</form>`;
  return page({
    title: t(texts.title, { name: token.name }),
    main: withSettingsSide(request, main),
    hasProblems: problems.length > 0,
    ...(problems.length > 0 ? { status: 422 } : {}),
  });
}

/** It has ended, was derived, or a successor is there. */
function cannotPage(request: AccountPageRequest, token: TokenWithHistory): PageAnswer {
  const { t } = request;
  const { ended, derived, replaced } = tokenTexts.rotation;
  const { successorUuid } = token;
  const texts = successorUuid === undefined ? ended : replaced;
  const why = token.parentUuid === undefined ? ended : derived;
  const lead = successorUuid === undefined ? t(why.lead) : t(replaced.lead, { id: shortId(successorUuid) });
  const main = html`<h1>${t(texts.title, { name: html`<bdi>${token.name}</bdi>` })}</h1>
<p class="lead">${lead}</p>
<div class="acts"><a class="btn main" href="${successorUuid === undefined ? NEW_TOKEN_PATH : tokenPath(successorUuid)}">${successorUuid === undefined ? t(tokenTexts.create) : t(replaced.show)}</a><a class="btn" href="${TOKENS_PATH}">${t(tokenTexts.already.list)}</a></div>`;
  return page({ title: t(texts.title, { name: token.name }), main: withSettingsSide(request, main) });
}
