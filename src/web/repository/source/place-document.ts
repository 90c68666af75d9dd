import type { RepositoryName } from "../../../model/repository.ts";
import { type Html, html, trusted } from "../../html.ts";
import { sourcePath } from "../../links.ts";

/** Where a document lies, which its relative links begin from. */
export type DocumentPlace = {
  readonly repository: RepositoryName;
  readonly revision: string;
  /** Without slashes at its ends; empty is the root. */
  readonly folder: string;
};

/** A tag of sanitized HTML, in which every other `<` is escaped. */
const TAG = /<(\/?)([a-z][a-z0-9]*)((?: [a-z]+="[^"]*")*)>/g;
const ATTRIBUTE = / ([a-z]+)="([^"]*)"/g;
const VOID_TAGS = ["br", "hr", "img"];
/** The document stands below a heading of the second level. */
const HEADING_LEVEL_MIN = 3;
const HEADING_LEVEL_MAX = 6;

/**
 * Sanitized HTML of a document as a part of a page: its relative links and pictures lead into the repository, headings go on from the
 * page's without a gap, a picture of another host is a link to it (a page asks no other host), and what is beyond `nodesMax`
 * elements is cut off between two paragraphs.
 */
export function placeDocument(
  markup: string,
  place: DocumentPlace,
  nodesMax: number,
): { readonly content: Html; readonly isCut: boolean } {
  const levels: number[] = [];
  let placed = "";
  let nodes = 0;
  let depth = 0;
  /** Until where all that is open has been closed. */
  let wholeLength = 0;
  let last = 0;
  for (const { 0: tag, 1: slash = "", 2: name = "", 3: attributes = "", index } of markup.matchAll(TAG)) {
    placed += markup.slice(last, index);
    last = index + tag.length;
    if (slash === "") {
      nodes += 1;
      if (nodes > nodesMax) return { content: trusted(placed.slice(0, wholeLength)), isCut: true };
    }
    placed += placeTag(tag, { slash, name, attributes }, place, levels);
    if (!VOID_TAGS.includes(name)) depth += slash === "" ? 1 : -1;
    if (depth === 0) wholeLength = placed.length;
  }
  return { content: trusted(placed + markup.slice(last)), isCut: false };
}

type Tag = { readonly slash: string; readonly name: string; readonly attributes: string };

/** @param levels of the headings that are open, and of those above them: what they were, by what they became. */
function placeTag(
  tag: string,
  { slash, name, attributes }: Tag,
  place: DocumentPlace,
  levels: number[],
): string {
  if (/^h[1-6]$/.test(name)) return `<${slash}h${levelOf(Number(name[1]), slash === "", levels)}>`;
  if (slash !== "") return tag;
  if (name === "a") {
    const href = attributeOf(attributes, "href");
    if (href === undefined) return tag;
    const title = attributeOf(attributes, "title");
    return html`<a href="${placeAddress(href, place, "src")}"${title !== undefined && html` title="${title}"`} rel="nofollow noreferrer">`.toString();
  }
  if (name !== "img") return tag;
  const source = attributeOf(attributes, "src") ?? "";
  const alt = attributeOf(attributes, "alt") ?? "";
  const address = placeAddress(source, place, "raw");
  // What stands within a link cannot be one: of a badge the words remain.
  return /^\/(?!\/)/.test(address)
    ? html`<img src="${address}" alt="${alt}" loading="lazy">`.toString()
    : html`<span class="dim">[${alt === "" ? address : alt}]</span>`.toString();
}

function levelOf(level: number, isOpened: boolean, levels: number[]): number {
  if (isOpened) {
    while (levels.length > 0 && levels.at(-1)! >= level) levels.pop();
    levels.push(level);
  }
  return Math.min(HEADING_LEVEL_MAX, HEADING_LEVEL_MIN - 1 + levels.length);
}

const ENTITIES: Readonly<Record<string, string>> = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"' };

function attributeOf(attributes: string, name: string): string | undefined {
  const [, , value] = [...attributes.matchAll(ATTRIBUTE)].find(([, each]) => each === name) ?? [];
  return value?.replaceAll(/&(?:amp|lt|gt|quot);/g, (entity) => ENTITIES[entity]!);
}

/** An address within the repository as a path of this server; another one as it is. */
function placeAddress(
  address: string,
  { repository, revision, folder }: DocumentPlace,
  view: "src" | "raw",
): string {
  if (address.startsWith("#") || /^(?:[a-z][a-z0-9+.-]*:|\/\/|\\)/i.test(address)) return address;
  const [withQuery = "", ...fragment] = address.split("#");
  const [path = ""] = withQuery.split("?", 1);
  const parts = path.startsWith("/") || folder === "" ? [] : folder.split("/");
  for (const part of path.split("/").map(decodePart)) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  const place = sourcePath(repository, view, revision, parts.join("/"));
  return fragment.length === 0 ? place : `${place}#${fragment.join("#")}`;
}

/** As it was written, if it is no percent-encoding. */
function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
