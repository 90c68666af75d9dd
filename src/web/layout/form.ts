import { errorTexts } from "../catalogue/errors.ts";
import { type Hole, type Html, html, NOTHING } from "../html.ts";
import type { Translate } from "../translate.ts";

/** What is wrong with a field, in the words that stand at the field and in the summary. */
export type Problem = { readonly field: string; readonly message: Html };

/** Under the title of a page whose form was refused: one link for each problem to its field. Nothing without problems. */
export function errorSummary(t: Translate, problems: readonly Problem[]): Html {
  if (problems.length === 0) return NOTHING;
  return html`<div class="errors" role="alert" tabindex="-1" data-errors><h2>${t(errorTexts.thereIsAProblem)}</h2><ul>${problems.map(
    ({ field, message }) => html`<li><a href="#${field}">${message}</a></li>`,
  )}</ul></div>`;
}

export type FieldOptions = {
  /** The name of the control, and its id. */
  readonly name: string;
  readonly label: Html;
  readonly hint?: Html | undefined;
  readonly problems: readonly Problem[];
  readonly isLong?: boolean;
};

/** What ties a control to its hint and its problem. */
export type Described = { readonly attributes: Html };

/**
 * A label, a hint, the problem of the field, and the control, which `control` makes with the attributes that tie it to them.
 */
export function field(
  t: Translate,
  { name, label, hint, problems, isLong = false }: FieldOptions,
  control: (attributes: Html) => Html,
): Html {
  const problem = problems.find((each) => each.field === name);
  const described = [hint !== undefined && `${name}-hint`, problem !== undefined && `${name}-error`].filter(
    (id) => id !== false,
  );
  const attributes = html` id="${name}" name="${name}"${described.length > 0 ? html` aria-describedby="${described.join(" ")}"` : NOTHING}${problem === undefined ? NOTHING : html` aria-invalid="true"`}`;
  return html`<div class="field${isLong ? " long" : ""}${problem === undefined ? "" : " wrong"}"><label for="${name}">${label}</label>${hint && html` <span class="hint" id="${name}-hint">${hint}</span>`}${problem && html`<p class="wrong-text" id="${name}-error"><span class="vh">${t(errorTexts.prefix)}</span>${problem.message}</p>`}${control(attributes)}</div>`;
}

export type InputOptions = FieldOptions & {
  readonly type?: "text" | "email" | "password" | "url" | "number" | "date" | "datetime-local" | "search";
  readonly value?: string | number | undefined;
  /** `off` if a browser has nothing to fill in. */
  readonly autocomplete: string;
  readonly isOptional?: boolean;
  /** More attributes, such as `min`. */
  readonly more?: Hole;
};

/** A field of one line. A password never comes back. */
export function input(t: Translate, options: InputOptions): Html {
  const { type = "text", value = "", autocomplete, isOptional = false, more } = options;
  return field(
    t,
    options,
    (attributes) =>
      html`<input${attributes} type="${type}" value="${type === "password" ? "" : value}" autocomplete="${autocomplete}"${isOptional ? NOTHING : html` required`}${more}>`,
  );
}

export type Option = { readonly value: string; readonly label: Hole };

export function select(
  t: Translate,
  options: FieldOptions & { readonly value?: string | undefined; readonly options: readonly Option[] },
): Html {
  return field(
    t,
    options,
    (attributes) => html`<select${attributes}>${describeOptions(options.options, options.value)}</select>`,
  );
}

export function describeOptions(options: readonly Option[], chosen: string | undefined): Html {
  return html`${options.map(
    ({ value, label }) =>
      html`<option value="${value}"${value === chosen ? html` selected` : NOTHING}>${label}</option>`,
  )}`;
}

export function textarea(
  t: Translate,
  options: FieldOptions & { readonly value?: string; readonly rows?: number; readonly isOptional?: boolean },
): Html {
  const { value = "", rows = 5, isOptional = false } = options;
  // The first newline of a textarea is not a part of its value: HTML, 13.1.2.5.
  return field(
    t,
    options,
    (attributes) =>
      html`<textarea${attributes} rows="${rows}" dir="auto"${isOptional ? NOTHING : html` required`}>
${value}</textarea>`,
  );
}

/** One box to tick, with its label after it. */
export function checkbox(
  { name, label, hint }: Pick<FieldOptions, "name" | "label" | "hint">,
  isChecked: boolean,
  value = "yes",
): Html {
  const id = value === "yes" ? name : `${name}-${value}`;
  return html`<label class="tick" for="${id}"><input type="checkbox" id="${id}" name="${name}" value="${value}"${isChecked ? html` checked` : NOTHING}> <span>${label}${hint && html`<span class="sub">${hint}</span>`}</span></label>`;
}
