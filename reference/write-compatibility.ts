import { readFileSync, writeFileSync } from "node:fs";
import { ROUTES } from "../src/rest/routes.ts";
import {
  COMPATIBILITY_FILE,
  compareOperations,
  countCompared,
  readReferenceOperations,
  renewDocument,
} from "./compatibility.ts";
import { DIFFERENCES, EXTRAS } from "./differences.ts";
import { GENERATED_PARTS, renewPart } from "./generated-parts.ts";

const compared = compareOperations(readReferenceOperations(), ROUTES, DIFFERENCES);
writeFileSync(COMPATIBILITY_FILE, renewDocument(readFileSync(COMPATIBILITY_FILE, "utf8"), compared, EXTRAS));
for (const { file, write } of GENERATED_PARTS)
  writeFileSync(file, renewPart(readFileSync(file, "utf8"), await write()));
console.log(countCompared(compared));
