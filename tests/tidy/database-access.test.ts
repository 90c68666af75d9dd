import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";

/**
 * Who may do what with the database: docs/architecture.md, "Who reads the database". SQL is written in storage/ only. Surfaces
 * read by its functions, and change by operations.
 */
const SOURCE = join(import.meta.dirname, "..", "..", "src");
const SURFACES = ["http", "rest", "own-routes", "git-http", "web", "seeds", "cli", "app.ts", "workers"];
const WITHOUT_DATABASE = ["model", "config", "metrics", "git", "limits", "representations", "imports"];

/** Looks at what a request does, and writes nothing. */
const MAY_USE_KYSELY = ["authorization/caller-ports.ts"];
/** Functions of storage/sql/ that surfaces may call: they read, or tell what an error of the database means. */
const READS = /^(?:find|list|count|has|read|is[A-Z]|errorCode$)/;
/** What surfaces have for writing: the operator's `By`, and a token that has expired, which no operation makes. */
const MAY_WRITE = [
  "cli/demo/demo-tokens.ts insertToken",
  "authorization/operator-by.ts openWriteTransaction",
  // A seed is applied by operations, all in one transaction.
  "seeds/apply-seed.ts insertAppliedSeed",
  "seeds/apply-seed.ts inOneTransaction",
  "seeds/seed-context.ts openWriteTransaction",
];

const FILES = readdirSync(SOURCE, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
  .map((file) => ({ file, top: file.split("/")[0]!, text: readFileSync(join(SOURCE, file), "utf8") }));

const IMPORT = /^import (type )?\{([^}]*)\} from "([^"]+)"/gm;

/** What of a file's imports is there at run time. */
function importedValues(file: string, text: string): readonly { readonly name: string; from: string }[] {
  return [...text.matchAll(IMPORT)].flatMap(([, isType, names, target]) => {
    const from = target!.startsWith(".") ? join(dirname(file), target!) : target!;
    return names!
      .split(",")
      .map((name) => name.trim())
      .filter((name) => name !== "" && !isType && !name.startsWith("type "))
      .map((name) => ({ name: name.split(" as ")[0]!, from }));
  });
}

test("only storage/sql/ makes queries", () => {
  const wrong = FILES.filter(
    ({ file, text }) =>
      !file.startsWith("storage/sql/") &&
      !MAY_USE_KYSELY.includes(file) &&
      (importedValues(file, text).some(({ from }) => from === "kysely") ||
        /\.(?:selectFrom|insertInto|updateTable|deleteFrom|replaceInto)\(/.test(text)),
  );
  assert.deepEqual(
    wrong.map(({ file }) => `${file}: move the query to the file of its table in storage/sql/`),
    [],
  );
});

test("surfaces read by functions of storage/sql/, and change by operations", () => {
  const wrong = FILES.filter(({ top }) => SURFACES.includes(top)).flatMap(({ file, text }) =>
    importedValues(file, text)
      .filter(({ name, from }) => from.startsWith("storage/sql/") && !READS.test(name))
      .map(({ name }) => `${file} ${name}`)
      .filter((each) => !MAY_WRITE.includes(each)),
  );
  assert.deepEqual(
    wrong.map((each) => `${each}: let an operation do it`),
    [],
  );
});

test("git, representations and what is below them know no database", () => {
  const wrong = FILES.filter(({ top }) => WITHOUT_DATABASE.includes(top)).flatMap(({ file, text }) =>
    importedValues(file, text)
      .filter(({ from }) => from.startsWith("storage/sql/"))
      .map(({ name }) => `${file} ${name}: hand it what it needs`),
  );
  assert.deepEqual(wrong, []);
});

/** What a change leaves beside itself: only one file stores it, so that no operation can forget a part. */
const OF_WRITE_TRANSACTION = [
  "insertAuditEvents",
  "insertAuditEvent",
  "insertNewAddress",
  "insertDeliveries",
  "listListeningWebhooks",
  "encodeEvent",
];
/** Entries of the audit log that tell of no change. */
const NOTES = "storage/sql/audit/audit-notes.ts";

test("audit lines, deliveries and wake-ups are stored by the write transaction alone", () => {
  const writer = "storage/sql/write-transaction.ts";
  const wrong = FILES.filter(({ file }) => file !== writer && file !== NOTES).flatMap(({ file, text }) => [
    ...importedValues(file, text)
      .filter(({ name }) => OF_WRITE_TRANSACTION.includes(name))
      .map(({ name }) => `${file} ${name}`),
    // Between processes the signal is passed on.
    ...(/\boutbox\.wake\(/.test(text) && !file.startsWith("workers/") ? [`${file} outbox.wake`] : []),
  ]);
  assert.deepEqual(
    wrong.map((each) => `${each}: record it in the transaction of the change, see By in ports.ts`),
    [],
  );
});

test("who changes something does it by a write transaction", () => {
  const mayOpen = [
    "authorization/caller-ports.ts",
    "authorization/operator-by.ts",
    "open-ports.ts",
    "ports.ts",
    // In the operator's name.
    "seeds/apply-seed.ts",
    "seeds/seed-context.ts",
    "seeds/seed-ports.ts",
    // In nobody's name, and nobody is told.
    "jobs/maintenance.ts",
    "operations/maintenance/maintain-repository.ts",
    // Pass it on, to end what a reset must not be followed by.
    "stand-in/request-gate.ts",
    "stand-in/snapshots.ts",
    "stand-in/stand-in.ts",
    // In the server's own name: nobody has asked for it.
    "jobs/token-expiry-notices.ts",
  ];
  const wrong = FILES.filter(
    ({ file, top, text }) =>
      top !== "storage" &&
      !mayOpen.includes(file) &&
      /\btransactions\b|openWriteTransaction/.test(text.replace(/^ *(?:\/\/|\*|\/\*\*).*$/gm, "")),
  );
  assert.deepEqual(
    wrong.map(({ file }) => `${file}: take a By and use its transaction`),
    [],
  );
});
