import { type ObjectId, parseObjectId } from "../../model/object-id.ts";
import type { Commit, Identity, Tag } from "./commit.ts";
import { decodeObjectText } from "./decode-object-text.ts";
import { parseObjectType } from "./object-type.ts";
import { NOBODY, parseIdentity } from "./parse-identity.ts";
import { OBJECT_TEXT_BYTES_MAX, type ShortenedObject, shortenObject } from "./shorten-object.ts";

/** The tree without entries, which git knows in every repository. */
const EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904" as ObjectId;

type ObjectText = { readonly headers: readonly string[]; readonly message: string };

/** Headers end at the first empty line. An object without one has no message. */
function splitText(text: string): ObjectText {
  if (text.startsWith("\n")) return { headers: [], message: text.slice(1) };
  const end = text.indexOf("\n\n");
  const headers = (end === -1 ? text : text.slice(0, end)).split("\n");
  return { headers, message: end === -1 ? "" : text.slice(end + 2) };
}

/** The first header of that name. Lines that continue another (a signature's) begin with a space and never match. */
function findHeader(headers: readonly string[], name: string): string | undefined {
  const prefix = `${name} `;
  return headers.find((line) => line.startsWith(prefix))?.slice(prefix.length);
}

function findObjectId(headers: readonly string[], name: string): ObjectId | undefined {
  return parseObjectId((findHeader(headers, name) ?? "").toLowerCase());
}

function readIdentity(text: string | undefined): Identity | undefined {
  return text === undefined ? undefined : parseIdentity(text);
}

/** Parents are the lines right behind the tree's, as git reads them: one further down does not count. */
function parentsOf(headers: readonly string[]): ObjectId[] {
  const parents: ObjectId[] = [];
  for (const line of headers.slice(1)) {
    const parent = line.startsWith("parent ")
      ? parseObjectId(line.slice("parent ".length).toLowerCase())
      : undefined;
    if (parent === undefined) break;
    parents.push(parent);
  }
  return parents;
}

/** Undefined for one that is not shortened, as nearly all are not. */
function shortened(content: Buffer, isWhole: boolean): ShortenedObject | undefined {
  return isWhole && content.length <= OBJECT_TEXT_BYTES_MAX ? undefined : shortenObject(content, isWhole);
}

/**
 * Reads the content of a commit object. Faults of old histories are tolerated, and no bytes make it fail: a commit
 * without a tree has the empty one, one without an author an empty author of 1970. One that is too large is
 * shortened.
 *
 * @param isWhole whether `content` is all of it.
 */
export function parseCommit(id: ObjectId, content: Buffer, isWhole = true): Commit {
  const short = shortened(content, isWhole);
  const { headers, message } = splitText(decodeObjectText(short?.content ?? content));
  const author = findHeader(headers, "author");
  const committer = findHeader(headers, "committer");
  const writtenBy = readIdentity(author) ?? NOBODY;
  return {
    id,
    tree: findObjectId(headers.slice(0, 1), "tree") ?? EMPTY_TREE,
    parents: parentsOf(headers),
    author: writtenBy,
    // Most are committed by who has written them, in the same second.
    committer: committer === author ? writtenBy : (readIdentity(committer) ?? NOBODY),
    message,
    ...(short?.areParentsCut === true ? { areParentsCut: true } : {}),
    ...(short?.isMessageCut === true ? { isMessageCut: true } : {}),
  };
}

/** Reads the content of a tag object, or undefined if it does not say what it points at. `isWhole` as for a commit. */
export function parseTag(id: ObjectId, content: Buffer, isWhole = true): Tag | undefined {
  const short = shortened(content, isWhole);
  const { headers, message } = splitText(decodeObjectText(short?.content ?? content));
  const target = findObjectId(headers, "object");
  const targetType = parseObjectType(findHeader(headers, "type") ?? "");
  if (target === undefined || targetType === undefined) return undefined;
  const name = findHeader(headers, "tag") ?? "";
  const tagger = readIdentity(findHeader(headers, "tagger"));
  const isMessageCut = short?.isMessageCut === true ? ({ isMessageCut: true } as const) : {};
  return { id, target, targetType, name, tagger, message, ...isMessageCut };
}
