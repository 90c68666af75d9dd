import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { CONTROL_ROUTES } from "./routes.ts";

const DOCS = join(import.meta.dirname, "..", "..", "docs");
const text = readdirSync(DOCS)
  .filter((name) => name.endsWith(".md"))
  .map((name) => readFileSync(join(DOCS, name), "utf8"))
  .join("\n");

for (const { method, path } of CONTROL_ROUTES)
  test(`${method} ${path} is documented`, () => {
    const found = [" ", "`", "?"].some((end) => text.includes(`\`${method} ${path}${end}`));
    assert.ok(found, "docs/control.md has a line for each request, with the command that sends it");
  });
