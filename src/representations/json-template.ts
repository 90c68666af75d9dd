import { randomUUID } from "node:crypto";
import type { JsonWriter } from "./json-writer.ts";

/** Random, so that it occurs in no text. */
const MARK = randomUUID();
const FIRST_LETTER = "a".charCodeAt(0);

export type JsonValues<Text extends string, Json extends string> = Readonly<
  Record<Text, string> & Record<Json, string | ((writer: JsonWriter) => void)>
>;

/**
 * Writes the JSON of objects that differ in a few values only. What they share is written once, from an example that has
 * marks instead of these values.
 *
 * @param texts names of values within strings. What is put there has nothing in it that JSON escapes, as an id has not.
 * @param jsons names of values that are put there as JSON, or that write themselves. Their marks fit any type.
 * @param example the object, made with the marks. A mark may be used more than once.
 */
export function jsonTemplate<Text extends string, Json extends string>(
  texts: readonly Text[],
  jsons: readonly Json[],
  example: (marks: Record<Text, string> & Record<Json, never>) => unknown,
): (values: JsonValues<Text, Json>, writer: JsonWriter) => void {
  const names = [...texts, ...jsons];
  const marks = names.map((name, index) => [name, MARK + String.fromCharCode(FIRST_LETTER + index)]);
  const [first, ...rest] = JSON.stringify(example(Object.fromEntries(marks))).split(MARK);
  let start = first!;
  const gaps: { readonly name: Text | Json; after: string }[] = [];
  for (const piece of rest) {
    const index = piece.charCodeAt(0) - FIRST_LETTER;
    const isJson = index >= texts.length;
    // A mark of JSON is a string of its own, and its quotes go with it.
    const before = gaps.at(-1);
    if (isJson && before === undefined) start = start.slice(0, -1);
    else if (isJson) before!.after = before!.after.slice(0, -1);
    gaps.push({ name: names[index]!, after: piece.slice(isJson ? 2 : 1) });
  }
  const startBytes = Buffer.from(start);
  const written = gaps.map(({ name, after }) => ({ name, after: Buffer.from(after) }));
  return (values, writer) => {
    writer.writeBytes(startBytes);
    for (const { name, after } of written) {
      const value: string | ((writer: JsonWriter) => void) = values[name];
      if (typeof value === "string") writer.write(value);
      else value(writer);
      writer.writeBytes(after);
    }
  };
}
