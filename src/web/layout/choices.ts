import { errorTexts } from "../catalogue/errors.ts";
import { flag, type Html, html } from "../html.ts";
import type { Translate } from "../translate.ts";
import type { FieldOptions, Option } from "./form.ts";

/** One of a few, as radio buttons: all can be read before one is chosen. The first one has the name as its id. */
export function choices(
  t: Translate,
  {
    name,
    label,
    hint,
    problems,
    options,
    value,
  }: FieldOptions & { readonly options: readonly Option[]; readonly value: string },
): Html {
  const problem = problems.find((each) => each.field === name);
  const described = [hint && `${name}-hint`, problem && `${name}-error`].filter((id) => id !== undefined);
  return html`<fieldset class="field${problem && " wrong"}"${described.length > 0 && html` aria-describedby="${described.join(" ")}"`}><legend>${label}</legend>${hint && html`<p class="hint" id="${name}-hint">${hint}</p>`}${problem && html`<p class="wrong-text" id="${name}-error"><span class="vh">${t(errorTexts.prefix)}</span>${problem.message}</p>`}${options.map(
    (option, index) =>
      html`<label class="tick" for="${idOf(name, index)}"><input type="radio" id="${idOf(name, index)}" name="${name}" value="${option.value}"${flag("checked", option.value === value)}> <span>${option.label}</span></label>`,
  )}</fieldset>`;
}

function idOf(name: string, index: number): string {
  return index === 0 ? name : `${name}-${index}`;
}
