import { createRequire } from "node:module";
import type MarkdownIt from "markdown-it";
import type { StateBlock, Token } from "markdown-it";
import type sanitizeHtml from "sanitize-html";

/** Up to here a text takes a few milliseconds at worst. In UTF-16 code units, like all lengths here. */
const QUICK_LENGTH_MAX = 4096;

/**
 * HTML of what people write is at most three times as long as the text. A link that is defined once and used often, or a
 * table with few cells in each row, would make it as long as its square.
 */
const HTML_PER_TEXT_MAX = 8;
/** Beside that, for short texts. */
const HTML_LENGTH_FREE = 4096;

/**
 * Nothing in it means anything to Markdown: each line begins with a letter, so none is an item, a heading or a fence, and
 * no other character makes emphasis, code, a link, an entity or an escape. Most messages of commits are like that, and
 * markdown-it would take most of the time that a list of them takes.
 */
const MEANS_NOTHING = /^[a-z][a-z0-9 .,;:!?'"/()#@%$+=>-]*(?:\n+[a-z][a-z0-9 .,;:!?'"/()#@%$+=>-]*)*\n*$/i;

/** Lists, quotes and whatever else can be within each other. */
const NESTING_MAX = 20;

const require = createRequire(import.meta.url);

/** Markup in a text stays text: `html` is off. */
function openRenderer(options: { readonly breaks: boolean }) {
  const renderer = new (require("markdown-it") as typeof MarkdownIt)("default", {
    html: false,
    linkify: false,
    typographer: false,
    maxNesting: NESTING_MAX,
    ...options,
  });
  const list = renderer.block.ruler.__rules__.find(({ name }) => name === "list")!.fn;
  renderer.block.ruler.at(
    "list",
    // Recorded: a paragraph is ended by an empty line, so a line in it that begins with a star stays in it. Within a list
    // each such line is an item.
    (state, line, end, isAsked) => {
      const endsParagraph = isAsked && state.parentType === "paragraph" && state.listIndent < 0;
      return !endsParagraph && list(state, line, end, isAsked);
    },
    { alt: ["paragraph", "reference", "blockquote"] },
  );
  const table = renderer.block.ruler.__rules__.find(({ name }) => name === "table")!.fn;
  renderer.block.ruler.at(
    "table",
    (state, line, end, isAsked) => !hasTooManyCells(state, line, end) && table(state, line, end, isAsked),
    { alt: ["paragraph", "reference"] },
  );
  return renderer;
}

/** Each cell has a character of its own at least, but rows that are too short are filled up. */
const FILLED_CELLS_MAX = 1000;

function hasTooManyCells({ src, bMarks, tShift, eMarks }: StateBlock, line: number, end: number) {
  if (line + 1 >= end) return false;
  const ruler = src.slice(bMarks[line + 1]! + tShift[line + 1]!, eMarks[line + 1]);
  if (/[^-:|\s]/.test(ruler)) return false;
  const columns = ruler.split("|").length;
  let last = line + 1;
  while (last + 1 < end && bMarks[last + 1]! + tShift[last + 1]! < eMarks[last + 1]!) last += 1;
  return columns * (last - line) > eMarks[last]! - bMarks[line]! + FILLED_CELLS_MAX;
}

/** Each is loaded when the first text needs it: they would be a good part of every start. */
const messages = lazily(() => openRenderer({ breaks: true }));
const documents = lazily(() => openRenderer({ breaks: false }));
const sanitizer = lazily(() => require("sanitize-html") as typeof sanitizeHtml);

function lazily<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** Tags that Markdown makes. They have no end tag where HTML has none. */
const PLAIN_TAGS =
  "p br em strong s code pre blockquote ul ol li hr h1 h2 h3 h4 h5 h6 table thead tbody tr th td".split(" ");
/** A tag that is none of these, or has an attribute. */
const HARMFUL = new RegExp(`<(?!/?(?:${PLAIN_TAGS.join("|")})>)`);

const SANITIZED: sanitizeHtml.IOptions = {
  allowedTags: [...PLAIN_TAGS, "a", "img"],
  allowedAttributes: { a: ["href", "title", "rel"], img: ["src", "alt", "title"], ol: ["start"] },
  allowedClasses: { code: ["language-*"] },
  allowedSchemes: ["http", "https", "mailto"],
  allowedSchemesByTag: { img: ["http", "https"] },
  disallowedTagsMode: "escape",
  parseStyleAttributes: false,
  // Links written here must not improve a site's rank in search engines.
  transformTags: { a: (tagName, attribs) => ({ tagName, attribs: { ...attribs, rel: "nofollow" } }) },
};

/** The second lock: whatever the first one lets through, nothing gets out but these tags with these attributes. */
function sanitize(html: string): string {
  // Tags without attributes can do nothing, and most messages have no others.
  if (!HARMFUL.test(html)) return html;
  // Recorded: `<br>`, not `<br />`. What stands in a text or in an attribute is escaped, so this is the end of a tag.
  return sanitizer()(html, SANITIZED).replaceAll(" />", ">");
}

/** A message has a break at each line end; a document is a file. */
export type MarkdownKind = "message" | "document";

/** Whether the thread that serves may render it. */
export function isQuicklyRendered(text: string, kind: MarkdownKind): boolean {
  return text.length <= QUICK_LENGTH_MAX || (kind === "message" && MEANS_NOTHING.test(text));
}

/** Markdown as HTML. One whose HTML would be far longer than itself is shown as paragraphs. */
export function renderMarkdown(text: string, kind: MarkdownKind): string {
  if (kind === "message" && MEANS_NOTHING.test(text)) return renderParagraphs(text);
  const lengthMax = text.length * HTML_PER_TEXT_MAX + HTML_LENGTH_FREE;
  const markdown = kind === "message" ? messages() : documents();
  const env = {};
  const tokens = markdown.parse(text, env);
  // Looked at before it is made.
  if (leastLengthOf(tokens) > lengthMax) return renderParagraphs(text);
  const html = sanitize(markdown.renderer.render(tokens, markdown.options, env).trimEnd());
  return html.length > lengthMax ? renderParagraphs(text) : html;
}

function leastLengthOf(tokens: readonly Token[]): number {
  let length = 0;
  for (const { attrs, children, content } of tokens) {
    length += children === null ? content.length : leastLengthOf(children);
    for (const [, value] of attrs ?? []) length += String(value).length;
  }
  return length;
}

/** Text as HTML that shows it as it is. */
export function renderPlainText(text: string): string {
  return `<pre>${escapeHtml(text)}</pre>`;
}

const TO_ESCAPE = /[&<>"]/;
const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** As markdown-it has it, which most processes do without: few messages have anything in them for it. */
function escapeHtml(text: string): string {
  return TO_ESCAPE.test(text) ? text.replaceAll(/[&<>"]/g, (character) => ESCAPES[character]!) : text;
}

/** Text as HTML with its paragraphs and line ends, and nothing else. */
export function renderParagraphs(text: string): string {
  const escaped = escapeHtml(text);
  let html = "";
  let isInParagraph = false;
  for (const line of escaped.includes("\r") ? escaped.split(/\r\n|\r|\n/) : escaped.split("\n")) {
    const shown = line.trimEnd();
    if (shown === "") {
      if (isInParagraph) html += "</p>";
      isInParagraph = false;
      continue;
    }
    if (isInParagraph) html += "<br>\n";
    else html += html === "" ? "<p>" : "\n<p>";
    html += shown;
    isInParagraph = true;
  }
  return isInParagraph ? `${html}</p>` : html;
}
