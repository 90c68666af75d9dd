import { commandTexts } from "../catalogue/commands.ts";
import { type Html, html } from "../html.ts";
import type { Translate } from "../translate.ts";

/** A command to be copied. Never one with a secret in it: `$TOKEN` stands for a token. `what` names it for who hears it. */
export function command(t: Translate, text: string, what: string | Html): Html {
  return html`<div class="cmd"><pre>${text}</pre>${copyButton(t, { what })}</div>`;
}

/** Copies what `selector` names, or the `pre` beside it. The script shows it; without the script nothing could be copied. */
export function copyButton(
  t: Translate,
  {
    what,
    word = t(commandTexts.copy),
    selector = "",
    isMain = false,
  }: {
    readonly what?: string | Html;
    readonly word?: Html;
    readonly selector?: string;
    readonly isMain?: boolean;
  },
): Html {
  return html`<button type="button" hidden${isMain && html` class="main"`} data-copy="${selector}"${what !== undefined && html` aria-label="${t(commandTexts.copyObject, { what })}"`}>${word}</button>`;
}
