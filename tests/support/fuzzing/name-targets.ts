import assert from "node:assert/strict";
import { posix } from "node:path";
import { quotePath } from "../../../src/git/quote-path.ts";
import { matchesGlob } from "../../../src/model/branch-restriction.ts";
import { compareNaturally } from "../../../src/model/compare-naturally.ts";
import { parseFilePath } from "../../../src/model/file-path.ts";
import { parseBranchName, parseRefName, REF_NAME_BYTES_MAX } from "../../../src/model/ref-name.ts";
import {
  parseGroupSlug,
  parseProjectKey,
  parseRepositorySlug,
  parseWorkspaceSlug,
  slugifyGroupName,
  slugifyRepositoryName,
} from "../../../src/model/slug.ts";
import { bracedUuid, parseUuid } from "../../../src/model/uuid.ts";
import { isPrivateHost, isPublicAddress } from "../../../src/webhooks/public-address.ts";
import { fuzzTarget } from "./fuzz-target.ts";
import { makeBytes, makeText, type TextSource } from "./make-text.ts";

const PATH: TextSource = {
  samples: ["src/a.ts", "/README.md", "a/b/.gitignore", "ä/日本", ".git./x"],
  words: ["a", "/", ".", "..", ".git", ".GIT", "git~1", "\\", ":", " ", "é", "\u200c", "\0", "\n"],
  lengthMax: 6_000,
};

const filePath = fuzzTarget(
  "paths of files",
  (random) => makeText(random, PATH),
  (text) => {
    const path = parseFilePath(text);
    if (path === undefined) return;
    assert.equal(posix.join("/repository", path), `/repository/${path}`);
    assert.equal(parseFilePath(path), path.startsWith("/") ? undefined : path);
    assert.ok(!path.split("/").some((part) => part.toLowerCase() === ".git"));
    assert.doesNotMatch(path, /\p{Cc}/u);
  },
);

export const REF: TextSource = {
  samples: ["refs/heads/main", "refs/tags/v1.0", "refs/heads/feature/é", "refs/notes/commits"],
  words: [
    "refs/",
    "heads/",
    "a",
    "b",
    "/",
    ".",
    "..",
    ".lock",
    "@",
    "@{",
    "~",
    "^",
    ":",
    "?",
    "*",
    "[",
    "\\",
    " ",
    "-",
    "HEAD",
  ],
  lengthMax: 1_500,
};

/** As `check_refname_component` of git's refs.c goes through the bytes, and not as rules one after another. */
function gitTakesRef(text: string): boolean {
  const bytes = Buffer.from(text);
  let componentStart = 0;
  for (let at = 0; at <= bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === undefined || byte === 0x2f) {
      const component = bytes.subarray(componentStart, at).toString("latin1");
      if (component === "" || component.startsWith(".") || component.endsWith(".lock")) return false;
      componentStart = at + 1;
    } else if (byte <= 0x20 || byte === 0x7f || "~^:?*[\\".includes(String.fromCharCode(byte))) return false;
    const before = bytes[at - 1];
    if (byte === 0x2e && before === 0x2e) return false;
    if (byte === 0x7b && before === 0x40) return false;
  }
  return bytes.at(-1) !== 0x2e;
}

const refName = fuzzTarget(
  "ref names",
  (random) => makeText(random, REF),
  (text) => {
    const isTaken =
      text.startsWith("refs/") && text.isWellFormed() && Buffer.byteLength(text) <= REF_NAME_BYTES_MAX;
    assert.equal(parseRefName(text) !== undefined, isTaken && gitTakesRef(text));
    if (parseBranchName(text) !== undefined) assert.notEqual(parseRefName(`refs/heads/${text}`), undefined);
  },
);

const SLUG: TextSource = {
  samples: ["acme", "My Repository", "a--b.git", "Ünïcode", "{0b1e4f5a-1111-4222-8333-444455556666}"],
  words: ["a", "-", ".", "..", "_", " ", ".git", "É", "\u0301", "{", "}", "0"],
  lengthMax: 4_000,
};

const slugs = fuzzTarget(
  "slugs, keys and UUIDs",
  (random) => makeText(random, SLUG),
  (text) => {
    for (const parse of [parseWorkspaceSlug, parseRepositorySlug, parseGroupSlug, parseProjectKey]) {
      const parsed = parse(text);
      if (parsed === undefined) continue;
      assert.equal(parse(parsed), parsed);
      assert.match(parsed, /^[A-Za-z0-9_.-]+$/);
      assert.ok(!parsed.includes("..") && parsed !== ".");
    }
    const repository = slugifyRepositoryName(text);
    if (repository !== undefined) assert.equal(slugifyRepositoryName(repository), repository);
    const group = slugifyGroupName(text);
    if (group !== undefined) assert.equal(slugifyGroupName(group), group);
    const uuid = parseUuid(text);
    if (uuid !== undefined) assert.equal(parseUuid(bracedUuid(uuid)), uuid);
  },
);

/** Networks by arithmetic: the list of public-address.ts, as the registries of IANA write it. */
const PRIVATE_IPV4 =
  "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4 168.63.129.16/32"
    .split(" ")
    .map((text) => {
      const [address = "", bits = ""] = text.split("/");
      return { start: numberOf(address), size: 2 ** (32 - Number(bits)) };
    });

function numberOf(address: string): number {
  return address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}

function isPublicIpv4(address: string): boolean {
  const number = numberOf(address);
  return !PRIVATE_IPV4.some(({ start, size }) => number >= start && number < start + size);
}

const EDGES = [
  0, 1, 10, 15, 16, 31, 63, 64, 100, 127, 128, 168, 169, 172, 192, 198, 203, 223, 224, 239, 240, 254, 255,
];

const publicAddress = fuzzTarget(
  "addresses of webhooks",
  (random) => Array.from({ length: 4 }, () => (random.chance(0.5) ? random.pick(EDGES) : random.below(256))),
  (parts) => {
    const address = parts.join(".");
    const isPublic = isPublicIpv4(address);
    const hex = parts.map((part) => part.toString(16).padStart(2, "0"));
    assert.equal(isPublicAddress(address), isPublic);
    assert.equal(isPublicAddress(`::ffff:${address}`), isPublic);
    assert.equal(isPublicAddress(`::ffff:${hex[0]}${hex[1]}:${hex[2]}${hex[3]}`), isPublic);
    for (const wrapping of [
      `64:ff9b::${address}`,
      `2002:${hex[0]}${hex[1]}:${hex[2]}${hex[3]}::1`,
      `::${address}`,
    ]) {
      assert.equal(isPublicAddress(wrapping), false);
    }
    // Every spelling that a URL may have of the same address is judged as that address.
    const number = numberOf(address);
    const octal = parts.map((part) => `0${part.toString(8)}`).join(".");
    for (const spelling of [String(number), `0x${number.toString(16)}`, octal, `[::ffff:${address}]`]) {
      assert.equal(isPrivateHost(new URL(`http://${spelling}/`).hostname), !isPublic, spelling);
    }
  },
);

const WEBHOOK: TextSource = {
  samples: [
    "http://127.0.0.1:8080/x",
    "https://[::1]/",
    "http://localhost./",
    "http://0x7f.1/",
    "https://example.com/a?b",
  ],
  words: [
    "http://",
    "https://",
    "localhost",
    ".",
    "[",
    "]",
    "::",
    "1",
    "127",
    "@",
    "/",
    "%",
    "0x",
    "。",
    "ｌ",
    "a",
  ],
  lengthMax: 2_048,
};

const webhookUrl = fuzzTarget(
  "URLs of webhooks",
  (random) => makeText(random, WEBHOOK),
  (text) => {
    const url = URL.parse(text);
    // Others are refused before their host is looked at, and their hosts are no addresses.
    if (url === null || !/^https?:$/.test(url.protocol)) return;
    const isPrivate = isPrivateHost(url.hostname);
    if (/(?:^|\.)localhost\.?$/.test(url.hostname)) assert.ok(isPrivate);
    if (/^\d+\.\d+\.\d+\.\d+$/.test(url.hostname)) assert.equal(isPrivate, !isPublicIpv4(url.hostname));
  },
);

const GLOB: TextSource = {
  samples: ["release/*", "*", "a*b*c"],
  words: ["*", "a", "b", "/", "."],
  lengthMax: 1_024,
};

const glob = fuzzTarget(
  "patterns of branches",
  (random) => ({ pattern: makeText(random, GLOB), branch: makeText(random, GLOB) }),
  ({ pattern, branch }) => {
    const isMatched = matchesGlob(pattern, branch);
    if (pattern.length > 12 || branch.length > 16) return;
    assert.equal(isMatched, matchesByTrying(pattern, branch));
  },
);

/** By trying every length for every star. A regular expression for each case would be kept by V8, and count as growth. */
function matchesByTrying(pattern: string, text: string): boolean {
  if (pattern === "") return text === "";
  const rest = pattern.slice(1);
  if (pattern[0] !== "*") return text[0] === pattern[0] && matchesByTrying(rest, text.slice(1));
  return matchesByTrying(rest, text) || (text !== "" && matchesByTrying(pattern, text.slice(1)));
}

const NUMBERED: TextSource = {
  samples: ["v1.10", "v1.9"],
  words: ["v", "1", "0", "9", ".", "a", "é"],
  lengthMax: 2_000,
};

const naturalOrder = fuzzTarget(
  "names in natural order",
  (random) => Array.from({ length: 3 }, () => makeText(random, NUMBERED)),
  ([a = "", b = "", c = ""]) => {
    assert.equal(Math.sign(compareNaturally(a, b)), -Math.sign(compareNaturally(b, a)) + 0);
    assert.equal(compareNaturally(a, b) === 0, a === b);
    if (compareNaturally(a, b) <= 0 && compareNaturally(b, c) <= 0) assert.ok(compareNaturally(a, c) <= 0);
  },
);

const quotedPath = fuzzTarget(
  "paths in diffs",
  (random) => makeBytes(random, PATH),
  (path) => assert.match(quotePath(path), /^[\x20-\x7e]*$/),
);

export const NAME_TARGETS = [
  filePath,
  refName,
  slugs,
  publicAddress,
  webhookUrl,
  glob,
  naturalOrder,
  quotedPath,
];
