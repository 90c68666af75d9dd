import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { test } from "node:test";

const ROOT = join(import.meta.dirname, "..", "..");
const FOLDERS = ["src", "tests", "bench", "reference", "audit", "packaging"];

function sourceFiles(): readonly string[] {
  return FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts") && !file.includes("node_modules"))
      .map((file) => join(ROOT, folder, file)),
  );
}

/** The most folders that a path of the text goes up, from the folder of its file. */
function levelsUp(text: string): number {
  const lists = text.match(/(?:"\.\."(?:,\s*|(?=\))|(?=\])))+/g) ?? [];
  const paths = text.match(/"(?:\.\.\/)+/g) ?? [];
  return Math.max(0, ...[...lists, ...paths].map((path) => path.split("..").length - 1));
}

test("paths are counted up in both spellings", () => {
  assert.equal(levelsUp('join(import.meta.dirname, "..", "..", "docs")'), 2);
  assert.equal(levelsUp('join(here, ...["..", "..", ".."])'), 3);
  assert.equal(levelsUp('from "../../src/main.ts"'), 2);
  assert.equal(levelsUp("nothing"), 0);
});

test("generated inputs are the same in every run, but for tests/long", () => {
  const exempt = /^tests\/(?:long\/|support\/fuzzing\/seeded-properties\.ts|tidy\/self-contained)/;
  const random = sourceFiles().filter((file) => {
    const name = relative(ROOT, file);
    const isTest = name.endsWith(".test.ts") || name.startsWith("tests/");
    return (
      isTest &&
      !exempt.test(name) &&
      /from "fast-check"|randomInt\(|Math\.random\(/.test(readFileSync(file, "utf8"))
    );
  });
  assert.deepEqual(
    random.map((file) => relative(ROOT, file)),
    [],
    "import fc from tests/support/fuzzing/seeded-properties.ts, or give a fixed seed",
  );
});

test("nothing is read from beside the checkout: facts that tests need belong into reference/", () => {
  const others = sourceFiles().filter((file) => file !== import.meta.filename);
  const outside = others.filter((file) => {
    const depth = relative(ROOT, file).split(sep).length - 1;
    // Tests of paths have longer ones that are only sent.
    const text = readFileSync(file, "utf8").replaceAll(/^(?!.*(?:import|dirname|from |\.\.\.\[)).*$/gm, "");
    return levelsUp(text) > depth;
  });
  assert.deepEqual(
    outside.map((file) => relative(ROOT, file)),
    [],
  );
});
