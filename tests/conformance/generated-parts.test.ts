import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { test } from "node:test";
import { GENERATED_PARTS, renewPart } from "../../reference/generated-parts.ts";

for (const { file, write } of GENERATED_PARTS) {
  test(`docs/${basename(file)} says what the product declares: npm run compatibility writes it anew`, async () => {
    const document = readFileSync(file, "utf8");
    assert.equal(document, renewPart(document, await write()));
  });
}
