import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type ParsedNode,
  parseDocument,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import type { SeedPath } from "./seed-path.ts";
import type { Position, SeedProblem, SeedSource } from "./seed-problems.ts";

export const SEED_BYTES_MAX = 16 * 1024 * 1024;
/** Deeper than any seed is. */
const DEPTH_MAX = 24;
/** Values with those that aliases repeat: what few lines can make of them is bounded by it. */
const VALUES_MAX = 500_000;
const ANCHORS_MAX = 1_000;
/** It means something else to objects of JavaScript. */
const FORBIDDEN_NAME = "__proto__";

/** Where a value begins, its name, and what is in it. */
type Place = {
  readonly start: number;
  readonly nameStart: number;
  readonly parts: ReadonlyMap<string | number, Place>;
};

export type ReadYaml = {
  readonly value: unknown;
  readonly source: SeedSource;
  readonly problems: readonly SeedProblem[];
};

/** Reads one document of YAML 1.2, of which JSON is a part. Numbers, texts, lists and maps with texts as names. */
export function readYaml(text: string, fileName: string | undefined): ReadYaml {
  const lines = new LineCounter();
  const positionAt = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const unread = (what: string, offset = 0): ReadYaml => ({
    value: undefined,
    source: { fileName, positionOf: () => undefined },
    problems: [{ path: [], what, position: positionAt(offset) }],
  });
  if (Buffer.byteLength(text) > SEED_BYTES_MAX)
    return unread(
      `the seed is larger than ${SEED_BYTES_MAX / 1024 / 1024} MiB: put content into bundles or folders`,
    );
  let document: Document.Parsed;
  try {
    // Names that are given twice are told below: yaml's own search takes quadratic time.
    document = parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      uniqueKeys: false,
      version: "1.2",
      schema: "core",
    });
  } catch (error) {
    // Of a recursive parser that has no stack left.
    if (error instanceof RangeError) return unread(`nested deeper than ${DEPTH_MAX} levels`);
    throw error;
  }
  const faults = [...document.errors, ...document.warnings];
  if (faults.length > 0)
    return {
      ...unread(""),
      problems: faults.map(({ code, message, pos: [offset] }) => ({
        path: [],
        what: code === "MULTIPLE_DOCS" ? "must be one document" : message.replace(/\.$/, ""),
        position: positionAt(offset),
      })),
    };
  const walk = openWalk(document);
  const { value, place } = walk.read(document.contents, [], 0, 0);
  return {
    value,
    source: { fileName, positionOf: (path, of) => positionAt(findPlace(place, path, of)) },
    problems: walk.problems,
  };
}

function findPlace(root: Place, path: SeedPath, of: "value" | "name"): number {
  let place = root;
  for (const [index, part] of path.entries()) {
    const next = place.parts.get(part);
    if (next === undefined) return place.start;
    if (index === path.length - 1 && of === "name") return next.nameStart;
    place = next;
  }
  return place.start;
}

type Read = { readonly value: unknown; readonly place: Place };

function openWalk(document: Document.Parsed) {
  const problems: SeedProblem[] = [];
  const open = new Set<Node>();
  let values = 0;
  let aliases = 0;

  function read(node: ParsedNode | Node | null, path: SeedPath, nameStart: number, depth: number): Read {
    const start = node?.range?.[0] ?? nameStart;
    const nothing = (what: string): Read => {
      problems.push({ path, what });
      return { value: undefined, place: { start, nameStart, parts: new Map() } };
    };
    values += 1;
    if (values > VALUES_MAX)
      return values === VALUES_MAX + 1
        ? nothing(`the seed has more than ${VALUES_MAX} values`)
        : silent(start, nameStart);
    if (depth > DEPTH_MAX) return nothing(`nested deeper than ${DEPTH_MAX} levels`);
    if (node === null) return { value: null, place: { start, nameStart, parts: new Map() } };
    if (isAlias(node)) return readAlias(node, path, nameStart, depth);
    if (isMap(node)) return readMap(node, path, { start, nameStart }, depth);
    if (isSeq(node)) return readList(node, path, { start, nameStart }, depth);
    const value = isScalar(node) ? node.value : undefined;
    if (typeof value === "string" && (value.includes("\0") || !value.isWellFormed()))
      return nothing("has U+0000 or half a surrogate pair: give what is no text as base64");
    return { value, place: { start, nameStart, parts: new Map() } };
  }

  function readAlias(node: Alias.Parsed | Alias, path: SeedPath, nameStart: number, depth: number): Read {
    aliases += 1;
    const start = node.range?.[0] ?? nameStart;
    const target = aliases > ANCHORS_MAX ? undefined : node.resolve(document);
    if (target === undefined || open.has(target)) {
      const what =
        aliases > ANCHORS_MAX ? `more than ${ANCHORS_MAX} aliases` : `*${node.source} is part of itself`;
      problems.push({ path, what });
      return silent(start, nameStart);
    }
    const found = read(target, path, nameStart, depth + 1);
    return { ...found, place: { ...found.place, start } };
  }

  function readMap(
    node: YAMLMap<unknown, unknown>,
    path: SeedPath,
    at: Omit<Place, "parts">,
    depth: number,
  ): Read {
    open.add(node);
    const entries: [string, unknown][] = [];
    const parts = new Map<string, Place>();
    for (const { key, value } of node.items) {
      const keyNode = key as Node;
      const keyStart = keyNode.range?.[0] ?? at.start;
      const name = isScalar(keyNode) ? String(keyNode.value) : undefined;
      if (name === undefined || name === FORBIDDEN_NAME) {
        problems.push({ path: [...path, name ?? "?"], what: "is no name of a field" });
        continue;
      }
      if (parts.has(name)) {
        parts.set(name, { ...parts.get(name)!, nameStart: keyStart });
        problems.push({ path: [...path, name], what: "is given twice", isOfName: true });
        continue;
      }
      const found = read(value as Node | null, [...path, name], keyStart, depth + 1);
      parts.set(name, found.place);
      entries.push([name, found.value]);
    }
    open.delete(node);
    return { value: Object.fromEntries(entries), place: { ...at, parts } };
  }

  function readList(node: YAMLSeq<unknown>, path: SeedPath, at: Omit<Place, "parts">, depth: number): Read {
    open.add(node);
    const parts = new Map<number, Place>();
    const list = node.items.map((item, index) => {
      const found = read(item as Node, [...path, index], (item as Node).range?.[0] ?? at.start, depth + 1);
      parts.set(index, found.place);
      return found.value;
    });
    open.delete(node);
    return { value: list, place: { ...at, parts } };
  }

  return { read, problems };
}

function silent(start: number, nameStart: number): Read {
  return { value: undefined, place: { start, nameStart, parts: new Map() } };
}
