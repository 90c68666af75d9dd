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

const compared = compareOperations(readReferenceOperations(), ROUTES, DIFFERENCES);
writeFileSync(COMPATIBILITY_FILE, renewDocument(readFileSync(COMPATIBILITY_FILE, "utf8"), compared, EXTRAS));
console.log(countCompared(compared));
