import { type Hole, type Html, html, NOTHING } from "./html.ts";

export const LANGUAGES = ["en", "ja"] as const;
export type Language = (typeof LANGUAGES)[number];

/**
 * One text in each language, with named holes: `{name}`. Between backticks stands what is set in monospace, between `**` what
 * is bold. A text that counts has two forms in English, chosen by the hole `n`; Japanese has one.
 */
export type Entry = {
  readonly en: string | { readonly one: string; readonly other: string };
  readonly ja: string;
};

/** The texts of one area. */
export type Catalogue = { readonly [key: string]: Entry | Catalogue };

export type Holes = Readonly<Record<string, Hole>>;

/** Says an entry in one language. What is not markup in a hole is escaped. */
export type Translate = (entry: Entry, holes?: Holes) => Html;

const NUMBER = new Intl.NumberFormat("en");

export function formatNumber(number: number): string {
  return NUMBER.format(number);
}

export const TRANSLATE: { readonly [Each in Language]: Translate } = {
  en: (entry, holes) => say(entry, englishOf(entry, holes), holes),
  ja: (entry, holes) => say(entry, entry.ja, holes, KEPT_TOGETHER),
};

const ENTITIES: Readonly<Record<string, string>> = {
  "&amp;": "&",
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&#39;": "'",
};

/** The same as text without markup, for mails. */
export function sayPlainly(language: Language, entry: Entry, holes?: Holes): string {
  const markup = TRANSLATE[language](entry, holes).toString();
  return markup
    .replaceAll(/<[^<>]*>/g, "")
    .replaceAll(/&(?:amp|lt|gt|quot|#39);/g, (entity) => ENTITIES[entity]!);
}

/** In Japanese no line ends between a number and what it counts. */
const KEPT_TOGETHER = /(?<=\{\w+\}|\d) (?=[件日分人行回個年週時か文つ段])/g;

function englishOf({ en }: Entry, holes: Holes | undefined): string {
  if (typeof en === "string") return en;
  return holes?.n === 1 ? en.one : en.other;
}

type Part =
  | { readonly kind: "text" | "hole"; readonly text: string }
  | { readonly kind: "code" | "bold"; readonly parts: readonly Part[] };

/** Kept as long as its entry: one that came with a cookie is forgotten with its request. */
const parsed = new WeakMap<Entry, Map<string, readonly Part[]>>();

/** Entries of catalogues never change, so each is taken apart once. */
function say(entry: Entry, text: string, holes: Holes | undefined, keptTogether?: RegExp): Html {
  let texts = parsed.get(entry);
  if (texts === undefined) {
    texts = new Map();
    parsed.set(entry, texts);
  }
  let parts = texts.get(text);
  if (parts === undefined) {
    parts = parseText(keptTogether === undefined ? text : text.replaceAll(keptTogether, "\u00a0"));
    texts.set(text, parts);
  }
  return sayParts(parts, holes);
}

function sayParts(parts: readonly Part[], holes: Holes | undefined): Html {
  return html`${parts.map((part) => sayPart(part, holes))}`;
}

function sayPart(part: Part, holes: Holes | undefined): Hole {
  switch (part.kind) {
    case "text":
      return part.text;
    case "code":
      return html`<code>${sayParts(part.parts, holes)}</code>`;
    case "bold":
      return html`<b>${sayParts(part.parts, holes)}</b>`;
    case "hole": {
      if (holes === undefined || !Object.hasOwn(holes, part.text))
        throw new Error(`nothing for the hole {${part.text}}`);
      const hole = holes[part.text];
      return typeof hole === "number" ? formatNumber(hole) : (hole ?? NOTHING);
    }
  }
}

function parseText(text: string): readonly Part[] {
  return text.split(/(`[^`]*`|\*\*[^*]*\*\*)/).flatMap((piece): readonly Part[] => {
    if (piece.length > 2 && piece.startsWith("`"))
      return [{ kind: "code", parts: parseHoles(piece.slice(1, -1)) }];
    if (piece.length > 4 && piece.startsWith("**"))
      return [{ kind: "bold", parts: parseHoles(piece.slice(2, -2)) }];
    return parseHoles(piece);
  });
}

function parseHoles(text: string): readonly Part[] {
  return text
    .split(/(\{\w+\})/)
    .filter((piece) => piece !== "")
    .map((piece) =>
      /^\{\w+\}$/.test(piece) ? { kind: "hole", text: piece.slice(1, -1) } : { kind: "text", text: piece },
    );
}

/** The language of a reader: what was chosen, else the first that the browser asks for and there is; else English. */
export function languageOf(chosen: string | undefined, acceptLanguage: string | undefined): Language {
  if (chosen === "en" || chosen === "ja") return chosen;
  const asked = (acceptLanguage ?? "")
    .slice(0, 1_000)
    .split(",")
    .map((part) => {
      const [tag = "", ...parameters] = part.trim().toLowerCase().split(";");
      const quality = Number(
        parameters
          .find((each) => each.trim().startsWith("q="))
          ?.trim()
          .slice(2) ?? 1,
      );
      return { language: tag.split("-", 1)[0]!, quality };
    })
    .filter(({ quality }) => quality > 0)
    .toSorted((a, b) => b.quality - a.quality);
  return (
    asked
      .map(({ language }) => LANGUAGES.find((each) => each === language))
      .find((each) => each !== undefined) ?? "en"
  );
}
