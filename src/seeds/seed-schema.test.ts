import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Type } from "typebox";
import { describeSeedType } from "../../packaging/describe-seed-type.ts";
import { describeSeedSchema } from "./seed-schema.ts";

const FILE = join(import.meta.dirname, "seed.schema.json");
const TYPE_FILE = join(import.meta.dirname, "..", "testing", "seed.ts");

test("the schema's file is what the sections say (UPDATE_SEED_SCHEMA=1 writes it)", () => {
  const current = JSON.parse(JSON.stringify(describeSeedSchema(Type)));
  if (process.env.UPDATE_SEED_SCHEMA === "1")
    writeFileSync(FILE, `${JSON.stringify(current, undefined, 2)}\n`);
  assert.deepEqual(JSON.parse(readFileSync(FILE, "utf8")), current);
});

test("so is the type of seeds of pail/testing (UPDATE_SEED_SCHEMA=1 writes it)", () => {
  const current = describeSeedType(JSON.parse(JSON.stringify(describeSeedSchema(Type))));
  if (process.env.UPDATE_SEED_SCHEMA === "1") writeFileSync(TYPE_FILE, current);
  assert.equal(readFileSync(TYPE_FILE, "utf8"), current);
});
