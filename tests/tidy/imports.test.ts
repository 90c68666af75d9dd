import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { findPackageJSON, isBuiltin } from "node:module";
import { basename, dirname, join, relative } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { NOT_BUNDLED } from "../../packaging/bundle-program.ts";

const SOURCE = join(import.meta.dirname, "..", "..", "src");

/** From the bottom up: a folder may import from itself and from what stands before it. */
const ORDER = [
  "project-files.ts",
  "model",
  "config",
  "metrics",
  "fault-points.ts",
  "git",
  "limits",
  "mail",
  "storage",
  "ports.ts",
  "representations",
  "connect",
  "authentication",
  "authorization",
  "webhooks",
  "imports",
  "operations",
  "jobs",
  "seeds",
  "open-ports.ts",
  "http",
  "rest",
  "own-routes",
  "site",
  "git-http",
  "web",
  "app.ts",
  "stand-in",
  "control",
  "workers",
  "cli",
  "main.ts",
  "start-unbuilt.ts",
  "start-built.ts",
  "testing",
];

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sourceFiles(path);
    return entry.name.endsWith(".ts") && !entry.name.endsWith(".test.ts") ? [path] : [];
  });
}

function topOf(path: string): string {
  return relative(SOURCE, path).split("/")[0]!;
}

const FILES = sourceFiles(SOURCE).map((path) => ({ path, text: readFileSync(path, "utf8") }));
const IMPORTS = /^(?:import|export)\s+(type\s+)?[^;]*?from\s+"(\.[^"]+)"/gm;

test("imports go down the ordered list of folders only", () => {
  const wrong: string[] = [];
  for (const { path, text } of FILES) {
    for (const [, , target] of text.matchAll(IMPORTS)) {
      const to = topOf(join(dirname(path), target!));
      const from = topOf(path);
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

/** The targets of each file's imports, of types too. */
const TARGETS = new Map(
  FILES.map(({ path, text }) => [
    relative(SOURCE, path),
    [...text.matchAll(IMPORTS)].map(([, , target]) => relative(SOURCE, join(dirname(path), target!))),
  ]),
);

/** The first circle found: each imports the next one, and the last one the first. */
function findCircle(targets: ReadonlyMap<string, readonly string[]>): readonly string[] | undefined {
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (name: string): readonly string[] | undefined => {
    if (path.includes(name)) return path.slice(path.indexOf(name));
    if (done.has(name)) return undefined;
    path.push(name);
    for (const target of targets.get(name) ?? []) {
      const circle = visit(target);
      if (circle !== undefined) return circle;
    }
    path.pop();
    done.add(name);
    return undefined;
  };
  for (const name of targets.keys()) {
    const circle = visit(name);
    if (circle !== undefined) return circle;
  }
  return undefined;
}

test("a circle is found, and only a circle", () => {
  const none = new Map([
    ["a", ["b", "c"]],
    ["b", ["c"]],
    ["c", []],
  ]);
  assert.equal(findCircle(none), undefined);
  assert.deepEqual(findCircle(new Map([...none, ["c", ["d"]], ["d", ["b"]]])), ["b", "c", "d"]);
});

test("no file imports itself by way of others", () => {
  assert.equal(findCircle(TARGETS)?.join(" -> "), undefined);
});

/** Folders of these are named after nouns that stand side by side: one is built on another, or the other on it. */
for (const folder of ["cli", "git", "http", "storage", "operations", "representations", "webhooks"]) {
  test(`no two folders of ${folder}/ import from each other`, () => {
    const targets = new Map<string, string[]>();
    for (const [file, imported] of TARGETS) {
      const from = folderIn(folder, file);
      if (from === undefined) continue;
      const to = imported.flatMap((target) => folderIn(folder, target) ?? []);
      targets.set(from, [...(targets.get(from) ?? []), ...to.filter((name) => name !== from)]);
    }
    assert.equal(findCircle(targets)?.join(" -> "), undefined);
  });
}

/** Undefined for a file that lies elsewhere, or in the folder itself. */
function folderIn(folder: string, file: string): string | undefined {
  const parts = file.split("/");
  return parts[0] === folder && parts.length > 2 ? parts[1] : undefined;
}

test("ports.ts is imported for its types only, and model/ imports nothing from outside", () => {
  for (const { path, text } of FILES) {
    assert.ok(!/^import (?!type)[^;]*\/ports\.ts"/m.test(text), `${path}: use \`import type\``);
    if (topOf(path) === "model") {
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

test("the server is free of what its surfaces want", () => {
  const server = FILES.filter(({ path }) => relative(SOURCE, path).startsWith("http/server/"));
  assert.deepEqual(
    server.filter(({ text }) => text.includes('"../routes/')).map(({ path }) => relative(SOURCE, path)),
    [],
    "what a surface reads and how it refuses is registered in the scope of the surface",
  );
});

test("git-http knows HTTP only, and operations know none", () => {
  for (const { path, text } of FILES) {
    const from = topOf(path);
    const forbidden =
      from === "git-http"
        ? /from "(?:\.\.\/storage\/|\.\.\/git\/process\/git-process)/
        : from === "operations"
          ? /from "(?:fastify|node:https?)"/
          : undefined;
    assert.ok(
      forbidden === undefined || !forbidden.test(text),
      `${relative(SOURCE, path)}: what another transport would need too belongs to operations, the rest to the surface`,
    );
  }
});

test("only what stands in for Bitbucket loads the control: a server that serves has none of it", () => {
  const mayLoad = /^(?:stand-in|control|testing|cli\/(?:control|run))\//;
  const wrong = FILES.flatMap(({ path, text }) => {
    const file = relative(SOURCE, path);
    if (mayLoad.test(file)) return [];
    return [...text.matchAll(IMPORTS)].flatMap(([, isType, target]) => {
      const loaded = relative(SOURCE, join(dirname(path), target!));
      return isType === undefined && /^(?:stand-in|control|cli\/control)\//.test(loaded)
        ? [`${file} ${loaded}`]
        : [];
    });
  });
  assert.deepEqual(wrong, [], "import its types only, or load it where a control was asked for");
});

test("whether a caller may is asked of an admission, which keeps what it was asked", () => {
  const questions =
    /import \{[^}]*\b(?:require[A-Z]\w+|maySee|heldPermission)\b[^}]*\} from "[^"]*\/authorization\//;
  const wrong = FILES.filter(({ path, text }) => topOf(path) !== "authorization" && questions.test(text));
  assert.deepEqual(
    wrong.map(({ path }) => `${relative(SOURCE, path)}: open an admission, or use the request's`),
    [],
  );
});

test("no barrels, no default exports, no names that say nothing", () => {
  for (const { path, text } of FILES) {
    assert.ok(!/^export default/m.test(text), `${path}: export it by its name`);
    const name = relative(SOURCE, path);
    const isBarrel = /^export (?:\*|(?:type )?\{)/m.test(text) && name !== "rest/route-list.ts";
    assert.ok(!isBarrel, `${path}: import the file that has it`);
    assert.ok(
      !/(^|\/)(index|utils?|helpers?|common|shared|misc|types|constants)(\.ts|\/)/.test(name),
      `${name}: name it after its one thing`,
    );
  }
});

/** `findRefs` and `find-ref` have the same words. Numbers, as migrations have them, are none. */
function wordsOf(name: string): readonly string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1-$2")
    .toLowerCase()
    .split(/[-_]/)
    .filter((word) => /\D/.test(word))
    .map((word) => word.replace(/(?:ies|y|s)$/, ""));
}

test("a file with one function, class or constant has a name that its export has too", () => {
  const wrong = FILES.flatMap(({ path, text }) => {
    const exported = [...text.matchAll(/^export (?:async )?(function\*?|const|class|type) (\w+)/gm)];
    if (exported.filter(([, kind]) => kind !== "type").length !== 1) return [];
    const isNamed = exported.some(([, , name]) => {
      const words = wordsOf(name!);
      return wordsOf(basename(path, ".ts")).every((word) => words.includes(word));
    });
    return isNamed
      ? []
      : [`${relative(SOURCE, path)} exports ${exported.map(([, , name]) => name).join(", ")}`];
  });
  assert.deepEqual(wrong, [], "name the file after its export, or the export after the file");
});

test("a package that is CommonJS is loaded later by its default: in the bundle it has no other export", () => {
  const wrong = FILES.flatMap(({ path, text }) =>
    [...text.matchAll(/(?:\{ default: \w+ \}[^;]*?)?(?<!typeof )\bimport\("([^."][^"]*)"\)/g)].flatMap(
      ([found, name]) => {
        if (isBuiltin(name!) || NOT_BUNDLED.includes(name!) || found.startsWith("{ default: ")) return [];
        return isCommonJs(name!) ? [`${relative(SOURCE, path)}: ${name}`] : [];
      },
    ),
  );
  assert.deepEqual(wrong, []);
});

function isCommonJs(name: string): boolean {
  const file = fileURLToPath(import.meta.resolve(name));
  if (/\.[cm]js$/.test(file)) return file.endsWith(".cjs");
  const { type } = JSON.parse(readFileSync(findPackageJSON(name, import.meta.url)!, "utf8"));
  return type !== "module";
}

/** Parts of the object store (docs/many-nodes.md) that have landed before what opens them. */
const OPENED_LATER: readonly string[] = [];

test("every file of src is imported by another, or is where the program begins", () => {
  const imported = new Set(
    FILES.flatMap(({ path, text }) => [
      ...[...text.matchAll(/(?:from|import\()\s*"(\.[^"]+)"/g)].map(([, target]) =>
        join(dirname(path), target!),
      ),
      ...[...text.matchAll(/entryPoint\("([^"]+)"/g)].map(([, target]) => join(SOURCE, target!)),
    ]),
  );
  const BEGINNINGS = ["start-unbuilt.ts", "start-built.ts", "testing"];
  const dead = FILES.filter(({ path }) => !imported.has(path) && !BEGINNINGS.includes(topOf(path)));
  assert.deepEqual(
    dead.map(({ path }) => relative(SOURCE, path)),
    OPENED_LATER,
  );
});
