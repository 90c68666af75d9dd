import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { test } from "node:test";

const ROOT = join(import.meta.dirname, "..", "..");

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sourceFiles(path);
    return entry.name.endsWith(".ts") && !entry.name.endsWith(".test.ts") ? [path] : [];
  });
}

const FILES = sourceFiles(join(ROOT, "src")).map((path) => ({
  name: relative(ROOT, path),
  text: readFileSync(path, "utf8"),
}));

/** Who may start processes: git, what ends it, the server's own workers, and what the operator has written behind `--`. */
const STARTERS: Readonly<Record<string, readonly string[]>> = {
  "src/git/process/git-process.ts": ["spawn"],
  "src/git/process/process-guard.ts": ["spawn"],
  "src/workers/worker-group.ts": ["fork"],
  "src/cli/run/run-child.ts": ["spawn"],
  "src/testing/start-in-child.ts": ["fork"],
  "src/cli/token/run-command.ts": ["spawn"],
};

test("processes are started in six files, and no text becomes a command of a shell", () => {
  for (const { name, text } of FILES) {
    for (const [, names] of text.matchAll(/import \{([^}]*)\} from "node:child_process"/g)) {
      const values = names!
        .split(",")
        .map((one) => one.trim())
        .filter((one) => one !== "" && !one.startsWith("type "));
      assert.deepEqual(
        values,
        STARTERS[name] ?? [],
        `${name}: start git by spawnGit or runGit of git/process/git-process.ts`,
      );
    }
    assert.ok(
      !/(?:import\(|require\(|import \* as \w+ from )\s*"(?:node:)?child_process"|from "child_process"/.test(
        text,
      ),
      `${name}: import what you need of node:child_process by its name`,
    );
    assert.ok(!/\bshell:\s*(?!false)/.test(text), `${name}: give arguments as a list, without a shell`);
    assert.ok(!/\beval\(|new Function\(|node:vm"/.test(text), `${name}: text must not become code`);
  }
});

/** The arguments of each call of a log, up to the parenthesis that closes it. */
function logCalls(text: string): string[] {
  return [...text.matchAll(/\blog\.(?:trace|debug|info|warn|error|fatal)\(/g)].map((match) => {
    const start = match.index + match[0].length;
    let depth = 1;
    let end = start;
    for (; depth > 0 && end < text.length; end += 1) {
      if (text[end] === "(") depth += 1;
      if (text[end] === ")") depth -= 1;
    }
    return text.slice(start, end - 1);
  });
}

test("no call of the log is given a secret, a header or a body", () => {
  const calls = FILES.flatMap(({ name, text }) => logCalls(text).map((call) => ({ name, call })));
  assert.ok(calls.length >= 15, "calls of the log are found");
  for (const { name, call } of calls) {
    assert.ok(
      !/authorization|cookie|\bheaders\b|\brawHeaders\b|\.body\b|reveal\(|password|secret/i.test(call),
      `${name}: log an id in its place, such as token.id: ${call}`,
    );
  }
});

/** Open-source licences that ask for no more than their notice. */
const LICENCES = new Set([
  "0BSD",
  "Apache-2.0",
  "BlueOak-1.0.0",
  "BSD",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "MIT-0",
  // Of the tests only, unmodified.
  "MPL-2.0",
  "ISC",
  "MIT",
  "PSF-2.0",
  "Unlicense",
  "Zlib",
]);

test("every dependency has a licence that may be used here, and comes from the registry", () => {
  const { packages } = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8")) as {
    packages: Record<
      string,
      { license?: string; hasInstallScript?: boolean; link?: boolean; integrity?: string }
    >;
  };
  const wrong: string[] = [];
  for (const [path, { license, integrity, link }] of Object.entries(packages)) {
    if (path === "") continue;
    // `A OR B`: one is enough; `A AND B`: both.
    const isAllowed = (license ?? "none")
      .replaceAll(/[()]/g, "")
      .split(" OR ")
      .some((choice) => choice.split(" AND ").every((one) => LICENCES.has(one)));
    if (!isAllowed)
      wrong.push(`${path}: licence ${license}: choose another package, or ask whether it may be used`);
    if (integrity === undefined || link === true)
      wrong.push(`${path}: is not pinned by its hash: run npm install`);
  }
  assert.deepEqual(wrong, []);
});

test("docs/security.md names tests that are there, and every file of tests/security", () => {
  const text = readFileSync(join(ROOT, "docs", "security.md"), "utf8");
  const named = new Set(
    [...text.matchAll(/`((?:src|tests)\/[\w./-]+\.test\.ts)`/g)].map(([, path]) => path!),
  );
  for (const path of named)
    assert.ok(existsSync(join(ROOT, path)), `docs/security.md names ${path}, which is not there`);
  const missing = readdirSync(join(ROOT, "tests", "security"))
    .filter((name) => name.endsWith(".test.ts"))
    .filter((name) => !named.has(`tests/security/${name}`));
  assert.deepEqual(missing, [], "give each its class in docs/security.md");
});
