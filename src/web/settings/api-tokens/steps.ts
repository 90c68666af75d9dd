import type { Uuid } from "../../../model/uuid.ts";
import { tokenTexts } from "../../catalogue/tokens.ts";
import { type Html, html } from "../../html.ts";
import type { Translate } from "../../translate.ts";
import { draftPath } from "./token-paths.ts";

const STEPS = ["name", "scopes", "review", "copy"] as const;
export type TokenStep = (typeof STEPS)[number];

/** The way to a token. What is done can be gone back to while there is a draft. */
export function tokenSteps(t: Translate, current: TokenStep, draft?: Uuid): Html {
  const texts = tokenTexts.new;
  const at = STEPS.indexOf(current);
  return html`<ol class="steps" aria-label="${t(texts.steps)}">${STEPS.map((step, index) => {
    const name = t(texts.step[step]);
    if (index === at) return html`<li aria-current="step">${name}</li>`;
    if (index > at) return html`<li>${name}</li>`;
    return html`<li class="done">${draft === undefined ? name : html`<a href="${pathOf(draft, step)}">${name}</a>`}</li>`;
  })}</ol>`;
}

function pathOf(draft: Uuid, step: TokenStep): string {
  return draftPath(draft, step === "scopes" || step === "review" ? step : undefined);
}
