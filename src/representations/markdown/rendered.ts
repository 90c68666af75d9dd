import type { RenderedMessages } from "./rendered-messages.ts";

/** A `rendered` object: text as it was typed, and as HTML. */
export function representRendered(raw: string, messages: RenderedMessages) {
  return { type: "rendered", raw, markup: "markdown", html: messages.htmlOf(raw) };
}

/** The same of what was rendered elsewhere. */
export function representRenderedFile({ raw, markup, html }: { raw: string; markup: string; html: string }) {
  return { type: "rendered", raw, markup, html };
}
