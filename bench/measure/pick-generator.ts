import { autocannonGenerator } from "./autocannon.ts";
import { findProgram } from "./find-program.ts";
import type { RateGenerator } from "./rate-generator.ts";
import { wrk } from "./wrk.ts";

export function pickGenerator(): RateGenerator {
  return findProgram("wrk") === undefined ? autocannonGenerator : wrk;
}
