import { maskTokens } from "../../../model/mask-secrets.ts";
import { textLength } from "../../../model/text-length.ts";
import {
  LIVING_TOKENS_MAX,
  TOKEN_AGE_DAYS_MAX,
  TOKEN_AGE_DAYS_MIN,
  TOKEN_NAME_LENGTH_MAX,
} from "../../../model/token.ts";
import type { Uuid } from "../../../model/uuid.ts";
import type { Ports } from "../../../ports.ts";
import { countLivingTokens, hasLivingTokenNamed } from "../../../storage/sql/tokens/token-history.ts";
import { tokenTexts } from "../../catalogue/tokens.ts";
import { type Html, html } from "../../html.ts";
import { choices } from "../../layout/choices.ts";
import { errorSummary, input, type Option, type Problem } from "../../layout/form.ts";
import { exactDay } from "../../layout/time.ts";
import { type AccountPageRequest, type PageAnswer, page } from "../../page.ts";
import { withSettingsSide } from "../with-settings-side.ts";
import { findOwnPolicies, lifetimeNote } from "./own-policies.ts";
import { tokenSteps } from "./steps.ts";
import { draftPath, TOKENS_PATH } from "./token-paths.ts";

/** The first step of a token: its name and how long it works. */

const DAY_MS = 86_400_000;
const PRESET_DAYS = [7, 30, 90, 180, TOKEN_AGE_DAYS_MAX];
/** Long enough to be worth it, short enough to be thought of again. */
const DEFAULT_DAYS = 90;

/** The choice of a date of one's own. */
const OTHER = "other";

/** What was entered, as it was entered. */
export type NameFields = {
  readonly name: string;
  /** A number of days, or `other`. */
  readonly expires: string;
  /** `2027-02-27`. */
  readonly until: string;
};

export function fieldsOfDraft(
  draft: { readonly name: string; readonly ageDays: number },
  now: Date,
): NameFields {
  const isPreset = PRESET_DAYS.includes(draft.ageDays);
  return {
    name: draft.name,
    expires: isPreset ? String(draft.ageDays) : OTHER,
    until: isPreset ? "" : isoDay(now, draft.ageDays),
  };
}

export const NEW_FIELDS: NameFields = { name: "", expires: String(DEFAULT_DAYS), until: "" };

export function readNameFields(form: URLSearchParams): NameFields {
  const text = (name: string) => (form.get(name) ?? "").trim();
  return { name: text("name"), expires: text("expires"), until: text("until") };
}

/** What is entered, checked: the name and the days that the token works, or all that is wrong. */
export async function checkNameFields(
  { database }: Pick<Ports, "database">,
  request: AccountPageRequest,
  fields: NameFields,
): Promise<
  | { readonly isFine: true; readonly name: string; readonly ageDays: number }
  | { readonly isFine: false; readonly problems: readonly Problem[] }
> {
  const name = await nameProblem({ database }, request, fields.name);
  const expiry = readExpiry(request, fields);
  const problems = [
    ...(name === undefined ? [] : [{ field: "name", message: name }]),
    ...(typeof expiry === "number" ? [] : [expiry]),
  ];
  return typeof expiry === "number" && problems.length === 0
    ? { isFine: true, name: fields.name, ageDays: expiry }
    : { isFine: false, problems };
}

async function nameProblem(
  { database }: Pick<Ports, "database">,
  { t, account, now }: AccountPageRequest,
  name: string,
): Promise<Html | undefined> {
  const texts = tokenTexts.new.problem;
  if (name === "") return t(texts.nameEmpty);
  const length = textLength(name);
  if (length > TOKEN_NAME_LENGTH_MAX) return t(texts.nameLong, { max: TOKEN_NAME_LENGTH_MAX, n: length });
  if (/\p{Cc}/u.test(name)) return t(texts.nameControl);
  if (maskTokens(name) !== name) return t(texts.nameSecret);
  const isTaken = await hasLivingTokenNamed(database.kysely, account.uuid, { name, now });
  return isTaken ? t(texts.nameTaken, { name: html`<bdi>${name}</bdi>` }) : undefined;
}

function readExpiry(request: AccountPageRequest, { expires, until }: NameFields): number | Problem {
  const { t, now } = request;
  const texts = tokenTexts.new.problem;
  if (expires !== OTHER) {
    const days = PRESET_DAYS.find((each) => String(each) === expires);
    return days ?? { field: "expires", message: t(texts.expiresMissing) };
  }
  const date = /^\d{4}-\d{2}-\d{2}$/.test(until) ? new Date(`${until}T00:00:00Z`) : undefined;
  if (date === undefined || Number.isNaN(date.getTime())) {
    return { field: "until", message: t(texts.dateWrong, { example: isoDay(now, DEFAULT_DAYS) }) };
  }
  // Whole days from today's date, so that the token ends on the chosen day, at the time of its creation.
  const days = Math.round((date.getTime() - startOfDay(now)) / DAY_MS);
  const day = (ageDays: number) => ({ day: exactDay(request, inDays(now, ageDays)) });
  if (days < TOKEN_AGE_DAYS_MIN)
    return { field: "until", message: t(texts.datePast, day(TOKEN_AGE_DAYS_MIN)) };
  if (days > TOKEN_AGE_DAYS_MAX)
    return { field: "until", message: t(texts.dateFar, day(TOKEN_AGE_DAYS_MAX)) };
  return days;
}

function startOfDay(at: Date): number {
  return Math.floor(at.getTime() / DAY_MS) * DAY_MS;
}

export function inDays(now: Date, days: number): Date {
  return new Date(now.getTime() + days * DAY_MS);
}

function isoDay(now: Date, days: number): string {
  return inDays(now, days).toISOString().slice(0, 10);
}

/** The page of the step, with what was entered and what is wrong in it. */
export async function nameStepPage(
  { database }: Pick<Ports, "database">,
  request: AccountPageRequest,
  {
    fields,
    problems = [],
    draft,
    hidden,
  }: {
    readonly fields: NameFields;
    readonly problems?: readonly Problem[];
    readonly draft?: Uuid;
    /** Carried along in the form. */
    readonly hidden?: Html;
  },
): Promise<PageAnswer> {
  const { t, account, now, csrf } = request;
  const texts = tokenTexts.new;
  const [living, policies] = await Promise.all([
    countLivingTokens(database.kysely, account.uuid, now),
    findOwnPolicies({ database }, request),
  ]);
  const isFull = living >= LIVING_TOKENS_MAX;
  const main = html`<h1>${t(texts.title)}</h1>
${errorSummary(t, problems)}
${tokenSteps(t, "name", draft)}
<p class="lead">${t(texts.lead)}</p>
${isFull && html`<p class="note warnish">${t(texts.full, { n: LIVING_TOKENS_MAX })}</p>`}
${lifetimeNote(t, policies)}
<form method="post"${draft !== undefined && html` action="${draftPath(draft)}"`}>${csrf}${hidden}
${input(t, {
  name: "name",
  label: t(tokenTexts.name),
  hint: t(texts.nameHint),
  problems,
  autocomplete: "off",
  value: fields.name,
  more: html` maxlength="${TOKEN_NAME_LENGTH_MAX}" dir="auto"`,
})}
${choices(t, {
  name: "expires",
  label: t(tokenTexts.expires),
  hint: t(texts.expiresHint),
  problems,
  value: fields.expires,
  options: [
    ...PRESET_DAYS.map((days) => presetOption(request, days)),
    { value: OTHER, label: t(texts.otherDate) },
  ],
})}
${input(t, {
  name: "until",
  label: t(texts.untilDate),
  problems,
  type: "date",
  autocomplete: "off",
  isOptional: true,
  value: fields.until,
  more: html` min="${isoDay(now, TOKEN_AGE_DAYS_MIN)}" max="${isoDay(now, TOKEN_AGE_DAYS_MAX)}"`,
})}
<div class="acts"><button class="main">${t(texts.next)}</button><a class="btn" href="${TOKENS_PATH}">${t(texts.cancel)}</a></div>
</form>`;
  return page({
    title: t(texts.title),
    main: withSettingsSide(request, main),
    hasProblems: problems.length > 0,
    ...(problems.length > 0 ? { status: 422 } : {}),
  });
}

function presetOption(request: AccountPageRequest, days: number): Option {
  const { t, now } = request;
  const length = t(tokenTexts.new.days, { n: days });
  const day = exactDay(request, inDays(now, days));
  return { value: String(days), label: t(tokenTexts.new.preset, { length, day }) };
}
