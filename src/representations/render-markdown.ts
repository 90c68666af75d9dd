import { createRequire } from "node:module";
import type MarkdownIt from "markdown-it";
import type sanitizeHtml from "sanitize-html";

/**
 * Our choice, in UTF-16 code units: longer messages are shown as paragraphs and line breaks. One of this length takes 6 ms
 * if it is written to be slow, and a page has a hundred of them.
 */
export const MARKDOWN_MESSAGE_LENGTH_MAX = 4096;

/**
 * Nothing in it means anything to Markdown: each line begins with a letter, so none is an item, a heading or a fence, and
 * no other character makes emphasis, code, a link, an entity or an escape. Most messages of commits are like that, and
 * markdown-it would take most of the time that a list of them takes.
 */
const MEANS_NOTHING = /^[a-z][a-z0-9 .,;:!?'"/()#@%$+=>-]*(?:\n+[a-z][a-z0-9 .,;:!?'"/()#@%$+=>-]*)*\n*$/i;

/** Beyond this a message is kept rendered for a while, so that slow ones are not slow at each request. */
const QUICK_LENGTH_MAX = 500;
/** Three pages. With its HTML a message takes some 10 kB. */
const KEPT_MAX = 300;
const kept = new Map<string, string>();

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
  return renderer;
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
  // Nobody gets a better place in a search by writing here.
  transformTags: { a: (tagName, attribs) => ({ tagName, attribs: { ...attribs, rel: "nofollow" } }) },
};

/** The second lock: whatever the first one lets through, nothing gets out but these tags with these attributes. */
function sanitize(html: string): string {
  // Tags without attributes can do nothing, and most messages have no others.
  if (!HARMFUL.test(html)) return html;
  // Recorded: `<br>`, not `<br />`. What stands in a text or in an attribute is escaped, so this is the end of a tag.
  return sanitizer()(html, SANITIZED).replaceAll(" />", ">");
}

/** A message or comment as HTML, with a break at each line end. */
export function renderMessage(text: string): string {
  if (text.length > MARKDOWN_MESSAGE_LENGTH_MAX || MEANS_NOTHING.test(text)) return renderParagraphs(text);
  const found = kept.get(text);
  if (found !== undefined) return found;
  const html = sanitize(messages().render(text).trimEnd());
  if (text.length > QUICK_LENGTH_MAX) {
    if (kept.size >= KEPT_MAX) kept.delete(kept.keys().next().value!);
    kept.set(text, html);
  }
  return html;
}

/** A file in Markdown as HTML. Its length is its caller's to limit. */
export function renderDocument(text: string): string {
  return sanitize(documents().render(text).trimEnd());
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

function renderParagraphs(text: string): string {
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
