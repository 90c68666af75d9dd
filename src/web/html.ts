import { raw, html as tagged } from "hono/html";

/** Markup in which every text is escaped. */
export type Html = { readonly isEscaped: true; toString(): string };

/** What may stand in a hole of a template: nothing is printed for `undefined`, `null` and `false`. */
export type Hole = Html | string | number | undefined | null | false | readonly Hole[];

/** A template: texts in its holes are escaped, for elements and for attributes in quotes; other templates are not. */
export function html(strings: TemplateStringsArray, ...holes: readonly Hole[]): Html {
  return tagged(strings, ...holes) as Html;
}

/** Markup that comes from one of our own renderers, which has escaped or sanitized it. Never text of a request. */
export function trusted(markup: string): Html {
  return raw(markup) as unknown as Html;
}

export const NOTHING: Html = trusted("");

/** Without its tags: for the title of a document, and for an attribute. Texts in it are escaped, so that each `<` is a tag. */
export function plainText(markup: Html): Html {
  return trusted(markup.toString().replaceAll(/<[^<>]*>/g, ""));
}

/** `html.join`: parts one after another, with something between them. */
export function joined(parts: readonly Hole[], between: Hole): Html {
  return html`${parts.flatMap((part, index) => (index === 0 ? [part] : [between, part]))}`;
}

/** An attribute without a value, such as `checked`, where the condition holds. */
export function flag(
  name: "checked" | "selected" | "disabled" | "open" | "hidden" | "required",
  condition: boolean,
): Html {
  return condition ? trusted(` ${name}`) : NOTHING;
}

/** `aria-current="page"` where it is this page. */
export function current(condition: boolean, value: "page" | "step" | "true" = "page"): Html {
  return condition ? trusted(` aria-current="${value}"`) : NOTHING;
}
