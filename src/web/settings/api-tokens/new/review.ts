import { Failure } from "../../../../model/failure.ts";
import { LIVING_TOKENS_MAX } from "../../../../model/token.ts";
import { createTokenOfDraft } from "../../../../operations/tokens/own-tokens.ts";
import type { Ports } from "../../../../ports.ts";
import { tokenLimitTexts } from "../../../catalogue/token-limits.ts";
import { tokenTexts } from "../../../catalogue/tokens.ts";
import { html } from "../../../html.ts";
import { errorSummary, type Problem } from "../../../layout/form.ts";
import { type AccountPage, type AccountPageRequest, type PageAnswer, page, redirect } from "../../../page.ts";
import { withSettingsSide } from "../../with-settings-side.ts";
import { draftLine } from "../draft-line.ts";
import { draftOf, isDraft, type OpenDraft } from "../draft-of.ts";
import { limitFacts } from "../limit-facts.ts";
import { checkNameFields, fieldsOfDraft, inDays, nameStepPage } from "../name-step.ts";
import { ownLimits } from "../own-limits.ts";
import { findOwnPolicies, refusalFact } from "../own-policies.ts";
import { tokenFacts } from "../scope-facts.ts";
import { shownOncePage } from "../shown-once.ts";
import { tokenSteps } from "../steps.ts";
import { findCommands, repositorySelect } from "../token-commands.ts";
import { draftPath, NEW_TOKEN_PATH } from "../token-paths.ts";

/**
 * The third step of a token: what it will be, in words. The answer to the form is the token itself, once: the draft makes no
 * second one, and sending it again leads to the page that says so.
 */
export const tokenReviewPage: AccountPage = {
  path: `${NEW_TOKEN_PATH}/{draft}/review`,
  subject: "account",
  isStepUp: true,
  async get(ports, request) {
    const draft = await draftOf(ports, request);
    if (!isDraft(draft)) return draft;
    if (draft.scopes.length === 0) return redirect(draftPath(draft.uuid, "scopes"));
    return reviewPage(ports, request, draft);
  },
  async post(ports, request) {
    const draft = await draftOf(ports, request);
    if (!isDraft(draft)) return draft;
    if (draft.scopes.length === 0) return redirect(draftPath(draft.uuid, "scopes"));
    return (await refusedFields(ports, request, draft)) ?? createAndShow(ports, request, draft);
  },
};

/** The first step again, if its answers do not stand any more; where it leads if the token was created meanwhile. */
async function refusedFields(
  ports: Ports,
  request: AccountPageRequest,
  draft: OpenDraft,
): Promise<PageAnswer | undefined> {
  const fields = fieldsOfDraft(draft, request.now);
  const checked = await checkNameFields(ports, request, fields);
  // Of two forms at once, one has created the token, and so taken its name.
  const found = await draftOf(ports, request);
  if (!isDraft(found)) return found;
  if (checked.isFine) return undefined;
  return nameStepPage(ports, request, { fields, problems: checked.problems, draft: draft.uuid });
}

async function createAndShow(
  ports: Ports,
  request: AccountPageRequest,
  draft: OpenDraft,
): Promise<PageAnswer> {
  const commands = await findCommands(ports, request, request.form.get("repository"));
  try {
    const { text, token } = await createTokenOfDraft(ports, request.by, draft);
    const limits = await ownLimits(ports, request, token);
    return shownOncePage(request, {
      text,
      token,
      limits,
      commands,
      before: tokenSteps(request.t, "copy"),
    });
  } catch (error) {
    if (!(error instanceof Failure) || !["conflict", "invalid-input"].includes(error.kind)) throw error;
    const refused = await refusedFields(ports, request, draft);
    if (refused !== undefined) return refused;
    const message = request.t(tokenTexts.new.full, { n: LIVING_TOKENS_MAX });
    return reviewPage(ports, request, draft, [{ field: "review", message }]);
  }
}

async function reviewPage(
  ports: Ports,
  request: AccountPageRequest,
  draft: OpenDraft,
  problems: readonly Problem[] = [],
): Promise<PageAnswer> {
  const { t, now, csrf } = request;
  const texts = tokenTexts.review;
  const [commands, policies, limits] = await Promise.all([
    findCommands(ports, request, request.form.get("repository")),
    findOwnPolicies(ports, request),
    ownLimits(ports, request, draft),
  ]);
  const life = { scopes: draft.scopes, createdAt: now, expiresAt: inDays(now, draft.ageDays) };
  const main = html`<h1>${t(tokenTexts.new.title)}</h1>
${errorSummary(t, problems)}
${tokenSteps(t, "review", draft.uuid)}
${draftLine(request, draft)}
<form method="post" action="${draftPath(draft.uuid, "review")}">${csrf}
<div class="flow"><section class="block" aria-labelledby="review"><h2 id="review" tabindex="-1">${t(texts.question)}</h2>
<p class="lead">${t(texts.ofYours)}</p>
<dl class="facts">${tokenFacts(request, life, { inWords: true })}${limitFacts(t, limits)}${refusalFact(t, policies, life)}</dl>
<p><a href="${draftPath(draft.uuid, "limits")}">${t(tokenLimitTexts.change)}</a></p></section>
${
  commands.offered.length > 0 &&
  html`<div class="field"><label for="repository">${t(texts.commandsFor)}</label>${repositorySelect(commands)}</div>`
}
<div class="acts"><button class="main">${t(tokenTexts.create)}</button><a class="btn" href="${draftPath(draft.uuid, "scopes")}">${t(tokenTexts.picker.back)}</a></div></div>
</form>`;
  return page({
    title: t(texts.title),
    main: withSettingsSide(request, main),
    hasProblems: problems.length > 0,
    ...(problems.length > 0 ? { status: 422 } : {}),
  });
}
