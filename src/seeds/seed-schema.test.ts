import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Type } from "typebox";
import { describeSeedSchema } from "./seed-schema.ts";

const FILE = join(import.meta.dirname, "seed.schema.json");

test("the schema's file is what the sections say (UPDATE_SEED_SCHEMA=1 writes it)", () => {
  const current = JSON.parse(JSON.stringify(describeSeedSchema(Type)));
  if (process.env.UPDATE_SEED_SCHEMA === "1")
    writeFileSync(FILE, `${JSON.stringify(current, undefined, 2)}\n`);
  assert.deepEqual(JSON.parse(readFileSync(FILE, "utf8")), current);
});
