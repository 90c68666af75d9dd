import { readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * What answers and payloads of the real service look like: keys and types, and the first entry of each list. They come from
 * recordings of two public clients (`drone-go-scm` of 2018, `jenkins-cloud` of 2025). No value was carried over.
 */
const FILE = join(import.meta.dirname, "..", "..", "reference", "recorded-shapes.tsv");

/** A value of each type. Null stays null: it was recorded for what may be null. */
const SAMPLES: Readonly<Record<string, unknown>> = { string: "", number: 0, boolean: false };

/** By the name of the recording: a value of the recorded shape. */
export const RECORDED_SHAPES: ReadonlyMap<string, unknown> = new Map(
  readFileSync(FILE, "utf8")
    .trimEnd()
    .split("\n")
    .slice(1)
    .map((line) => {
      const [recording = "", shape = ""] = line.split("\t");
      return [recording, JSON.parse(shape, sampleOf)] as const;
    }),
);

function sampleOf(_key: string, value: unknown): unknown {
  return typeof value === "string" ? SAMPLES[value] : value;
}
