import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";

const ASSETS = join(import.meta.dirname, "..", "..", "src", "web", "assets");
const STYLES = readFileSync(join(ASSETS, "pail.css"), "utf8");
const SCRIPT = readFileSync(join(ASSETS, "pail.js"), "utf8");

const KB = 1_024;

test("there is one stylesheet of at most 20 KB as stored, one script of at most 10 KB compressed, and a mark", () => {
  assert.deepEqual(readdirSync(ASSETS).sort(), ["pail.css", "pail.js", "pail.svg"]);
  const cssBytes = Buffer.byteLength(STYLES);
  assert.ok(cssBytes <= 20 * KB, `pail.css has ${cssBytes} bytes: join rules that say the same, or drop one`);
  assert.ok(gzipSync(SCRIPT).length <= 10 * KB);
});

test("the stylesheet asks for nothing from elsewhere and brings no font", () => {
  assert.doesNotMatch(STYLES, /@import|url\(|@font-face/);
});

test("the script writes no markup, evaluates no text and styles nothing", () => {
  assert.doesNotMatch(
    SCRIPT,
    /innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|createContextualFragment/,
  );
  assert.doesNotMatch(SCRIPT, /\beval\(|new Function|setTimeout\("|\.style\b|setAttribute\("style|https?:/);
});

type Colours = ReadonlyMap<string, string>;

function coloursOf(block: string): Colours {
  return new Map(
    [...block.matchAll(/--([\w-]+):(#[0-9a-f]{3,6})\b/g)].map(([, name, value]) => [name!, value!]),
  );
}

function blockOf(selector: string): Colours {
  const start = STYLES.indexOf(`${selector}{`);
  assert.ok(start >= 0, `the stylesheet has ${selector}`);
  return coloursOf(STYLES.slice(start, STYLES.indexOf("}", start)));
}

const LIGHT = blockOf(":root");
const DARK = blockOf(":root[data-theme=dark]");

test("night is the same whether the system or the person asks for it, and has every colour of the day", () => {
  const bySystem = blockOf("@media (prefers-color-scheme:dark){:root:not([data-theme=light])");
  assert.deepEqual([...bySystem], [...DARK]);
  assert.deepEqual([...DARK.keys()], [...LIGHT.keys()]);
});

/** WCAG 2.2, relative luminance. */
function luminance(colour: string): number {
  const digits =
    colour.length === 4 ? [...colour.slice(1)].map((digit) => digit + digit).join("") : colour.slice(1);
  const [red, green, blue] = [0, 2, 4].map((at) => {
    const part = Number.parseInt(digits.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}

function contrast(colours: Colours, one: string, other: string): number {
  const [low, high] = [one, other].map((name) => luminance(colours.get(name)!)).sort((a, b) => a - b);
  return (high! + 0.05) / (low! + 0.05);
}

/** In front, behind, and what the design says the ratio is, by day and by night. */
const RATIOS: readonly (readonly [string, string, number, number])[] = [
  ["edge", "ground", 3.8, 4.8],
  ["edge", "sunk", 3.5, 4.4],
  ["rim", "ground", 15.4, 6.4],
  ["ink", "ground", 16.7, 15.0],
  ["ink", "sunk", 15.4, 13.6],
  ["ink2", "ground", 7.4, 8.8],
  ["ink2", "sunk", 6.8, 7.9],
  ["water", "ground", 7.4, 9.7],
  ["water", "wash", 6.5, 7.4],
  ["deep", "ground", 10.4, 12.5],
  ["on-water", "water", 7.6, 8.8],
  ["moss", "ground", 6.7, 9.2],
  ["moss", "moss-wash", 6.0, 7.2],
  ["brass", "ground", 6.7, 9.5],
  ["brass", "brass-wash", 6.1, 7.5],
  ["rust", "ground", 6.8, 8.0],
  ["rust", "rust-wash", 5.9, 6.7],
  ["rust-deep", "rust-wash", 8.3, 8.9],
  ["plum", "ground", 7.8, 8.7],
];

for (const [front, back, day, night] of RATIOS) {
  test(`${front} on ${back} has a contrast of ${day} by day and ${night} by night`, () => {
    for (const [colours, stated] of [
      [LIGHT, day],
      [DARK, night],
    ] as const) {
      const ratio = contrast(colours, front, back);
      assert.ok(Math.abs(ratio - stated) <= 0.06, `it is ${ratio}`);
    }
  });
}

/** WCAG 2.2, 1.4.3. */
const TEXT_RATIO_MIN = 4.5;

test("every colour of code can be read on every ground that code has", () => {
  const weak: string[] = [];
  for (const [scheme, colours] of [
    ["day", LIGHT],
    ["night", DARK],
  ] as const) {
    for (const front of ["ink", "ink2", "water", "moss", "brass", "plum"]) {
      for (const back of [
        "ground",
        "sunk",
        "moss-wash",
        "moss-mark",
        "rust-wash",
        "rust-mark",
        "brass-wash",
        "wash",
      ]) {
        const ratio = contrast(colours, front, back);
        if (ratio < TEXT_RATIO_MIN) weak.push(`${front} on ${back} by ${scheme}: ${ratio.toFixed(2)}`);
      }
    }
  }
  assert.deepEqual(weak, []);
});
