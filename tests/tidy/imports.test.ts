import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { test } from "node:test";

const SOURCE = join(import.meta.dirname, "..", "..", "src");

/**
 * From the bottom up: a folder may import from itself and from what stands before it. Types of `ports.ts` may be used by
 * everybody, since they name what is given from outside.
 */
const ORDER = [
  "model",
  "config",
  "metrics",
  "fault-points.ts",
  "git",
  "storage",
  "representations",
  "authentication",
  "authorization",
  "webhooks",
  "jobs",
  "operations",
  "open-ports.ts",
  "http",
  "rest",
  "own-routes",
  "git-http",
  "app.ts",
  "workers",
  "cli",
  "main.ts",
];

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sourceFiles(path);
    return entry.name.endsWith(".ts") && !entry.name.endsWith(".test.ts") ? [path] : [];
  });
}

function place(path: string): string {
  return relative(SOURCE, path).split("/")[0]!;
}

const FILES = sourceFiles(SOURCE).map((path) => ({ path, text: readFileSync(path, "utf8") }));
const IMPORTS = /^(?:import|export)\s+(type\s+)?[^;]*?from\s+"(\.[^"]+)"/gm;

test("imports go down the ordered list of folders only", () => {
  const wrong: string[] = [];
  for (const { path, text } of FILES) {
    for (const [, , target] of text.matchAll(IMPORTS)) {
      const to = place(join(dirname(path), target!));
      const from = place(path);
      if (from === "ports.ts" || to === "ports.ts") continue;
      const [fromRank, toRank] = [ORDER.indexOf(from), ORDER.indexOf(to)];
      if (fromRank === -1 || toRank === -1 || toRank > fromRank) {
        wrong.push(
          `${relative(SOURCE, path)} imports ${target}: move what it needs down, or the importer up`,
        );
      }
    }
  }
  assert.deepEqual(wrong, []);
});

test("ports.ts is imported for its types only, and model/ imports nothing from outside", () => {
  for (const { path, text } of FILES) {
    assert.ok(!/^import (?!type)[^;]*\/ports\.ts"/m.test(text), `${path}: use \`import type\``);
    if (place(path) === "model") {
      const outside = [...text.matchAll(/from "([^"]+)"/g)].filter(
        ([, target]) => !target!.startsWith("./") && target !== "node:util",
      );
      assert.deepEqual(
        outside.map(([, target]) => target),
        [],
        path,
      );
    }
  }
});

test("no barrels, no default exports, no names that say nothing", () => {
  for (const { path, text } of FILES) {
    assert.ok(!/^export default/m.test(text), `${path}: export it by its name`);
    assert.ok(!/^export \*/m.test(text), `${path}: import the file that has it`);
    const name = relative(SOURCE, path);
    assert.ok(
      !/(^|\/)(index|utils?|helpers?|common|shared|misc|types|constants)(\.ts|\/)/.test(name),
      `${name}: name it after its one thing`,
    );
  }
});

test("every file of src is imported by another, or is where the program begins", () => {
  const imported = new Set(
    FILES.flatMap(({ path, text }) =>
      [...text.matchAll(/(?:from|import\(|new URL\()\s*"(\.[^"]+)"/g)].map(([, target]) =>
        join(dirname(path), target!),
      ),
    ),
  );
  const dead = FILES.filter(({ path }) => !imported.has(path) && place(path) !== "main.ts");
  assert.deepEqual(
    dead.map(({ path }) => relative(SOURCE, path)),
    [],
  );
});
