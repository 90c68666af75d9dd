import {
  LIMIT_EXAMPLES,
  LIMIT_FIELDS,
  type LimitField,
  limitEntriesMax,
  type WrittenLimits,
} from "../../../../model/written-limits.ts";
import { changeTokenDraft } from "../../../../operations/tokens/own-tokens.ts";
import { findLimits, type LimitProblem } from "../../../../operations/tokens/token-limits.ts";
import { tokenLimitTexts as texts } from "../../../catalogue/token-limits.ts";
import { tokenTexts } from "../../../catalogue/tokens.ts";
import { type Html, html } from "../../../html.ts";
import { errorSummary, type Problem, textarea } from "../../../layout/form.ts";
import { type AccountPage, type AccountPageRequest, type PageAnswer, page, redirect } from "../../../page.ts";
import type { Translate } from "../../../translate.ts";
import { withSettingsSide } from "../../with-settings-side.ts";
import { draftLine } from "../draft-line.ts";
import { draftOf, isDraft, type OpenDraft } from "../draft-of.ts";
import { ownLimits } from "../own-limits.ts";
import { tokenSteps } from "../steps.ts";
import { draftPath, NEW_TOKEN_PATH } from "../token-paths.ts";

const ROWS: Readonly<Record<LimitField, number>> = {
  repositories: 4,
  projects: 2,
  workspaces: 2,
  refs: 3,
  addresses: 3,
  read_only_hours: 2,
};

/** A part of the third step of a token, for those who want it: what the token is limited to beside its scopes. */
export const tokenLimitsPage: AccountPage = {
  path: `${NEW_TOKEN_PATH}/{draft}/limits`,
  subject: "account",
  async get(ports, request) {
    const draft = await draftOf(ports, request);
    if (!isDraft(draft)) return draft;
    return limitsPage(request, draft, await ownLimits(ports, request, draft), []);
  },
  async post(ports, request) {
    const draft = await draftOf(ports, request);
    if (!isDraft(draft)) return draft;
    const limits = readLimitFields(request.form);
    const { bound, problems } = await findLimits(ports, request.by.caller, limits);
    if (problems.length > 0)
      return limitsPage(
        request,
        draft,
        limits,
        problems.map((problem) => describeProblem(request.t, problem)),
      );
    await changeTokenDraft(ports, request.by, draft, { bound });
    return redirect(draftPath(draft.uuid, "review"));
  },
};

/** An empty field limits nothing. */
function readLimitFields(form: URLSearchParams): WrittenLimits {
  return Object.fromEntries(
    LIMIT_FIELDS.flatMap((field) => {
      const lines = (form.get(field) ?? "").split(/\r?\n/).map((line) => line.trim());
      const entries = lines.filter((line) => line !== "");
      return entries.length === 0 ? [] : [[field, entries]];
    }),
  );
}

function describeProblem(t: Translate, { field, kind, value }: LimitProblem): Problem {
  const shown = html`<bdi>${value}</bdi>`;
  const example = html`<code>${LIMIT_EXAMPLES[field]}</code>`;
  switch (kind) {
    case "malformed":
      return { field, message: t(texts.problem.malformed, { value: shown, example }) };
    case "too-many":
      return { field, message: t(texts.problem.tooMany, { max: limitEntriesMax(field), n: value }) };
    // Nothing is wider than an account, and an empty field is none.
    case "wider":
    case "empty":
    case "unknown":
      return { field, message: t(texts.problem.unknown, { value: shown }) };
  }
}

function limitsPage(
  request: AccountPageRequest,
  draft: OpenDraft,
  limits: WrittenLimits,
  problems: readonly Problem[],
): PageAnswer {
  const { t, csrf } = request;
  const main = html`<h1>${t(tokenTexts.new.title)}</h1>
${errorSummary(t, problems)}
${tokenSteps(t, "review", draft.uuid)}
${draftLine(request, draft)}
<form method="post" action="${draftPath(draft.uuid, "limits")}">${csrf}
<h2>${t(texts.question)}</h2>
<p class="lead">${t(texts.lead)}</p>
${LIMIT_FIELDS.map((field) =>
  textarea(t, {
    name: field,
    label: t(texts[field]),
    hint: hintOf(t, field),
    problems,
    value: (limits[field] ?? []).join("\n"),
    rows: ROWS[field],
    isOptional: true,
  }),
)}
<div class="acts"><button class="main">${t(texts.save)}</button><a class="btn" href="${draftPath(draft.uuid, "review")}">${t(texts.back)}</a></div>
</form>`;
  return page({
    title: t(texts.title),
    main: withSettingsSide(request, main),
    hasProblems: problems.length > 0,
    ...(problems.length > 0 ? { status: 422 } : {}),
  });
}

function hintOf(t: Translate, field: LimitField): Html {
  const example = html`<code>${LIMIT_EXAMPLES[field]}</code>`;
  switch (field) {
    case "refs":
      return t(texts.refsHint, { example });
    case "read_only_hours":
      return t(texts.hoursHint, { example });
    default:
      return t(texts.oneALine, { example });
  }
}
