import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "../../../tests/support/fuzzing/seeded-properties.ts";
import type { ObjectId } from "../../model/object-id.ts";
import {
  type CatFileAnswer,
  type CatFileCommand,
  CatFileParser,
  MalformedCatFileOutput,
} from "./cat-file-parser.ts";
import { OBJECT_TYPES } from "./object-type.ts";

const ID = "1234567890".repeat(4) as ObjectId;
const CONTENT_BYTES_MAX = 1000;

/** What git prints for an answer. */
function printed(answer: CatFileAnswer): Buffer {
  if (answer.kind === "missing") return Buffer.from(`${answer.id} missing\n`);
  if (answer.kind === "info") return Buffer.from(`${answer.id} ${answer.type} ${answer.size}\n`);
  const header = Buffer.from(`${answer.id} ${answer.type} ${answer.content.length}\n`);
  return Buffer.concat([header, answer.content, Buffer.from("\n")]);
}

function parse(commands: readonly CatFileCommand[], chunks: readonly Buffer[]): CatFileAnswer[] {
  const answers: CatFileAnswer[] = [];
  const parser = new CatFileParser(
    CONTENT_BYTES_MAX,
    () => commands[answers.length],
    (answer) => answers.push(answer),
  );
  for (const chunk of chunks) parser.push(chunk);
  return answers;
}

/** The command that leads to an answer; both may be answered with "missing". */
function commandOf(answer: CatFileAnswer): CatFileCommand {
  return answer.kind === "contents" ? "contents" : "info";
}

const SAMPLE: readonly CatFileAnswer[] = [
  { kind: "contents", id: ID, type: "blob", content: Buffer.from("a\nb\n\n") },
  { kind: "info", id: ID, type: "commit", size: 1234567 },
  { kind: "contents", id: ID, type: "tree", content: Buffer.alloc(0) },
  { kind: "missing", id: ID },
  { kind: "contents", id: ID, type: "tag", content: Buffer.from(`${ID} missing\n`) },
];

test("reads answers whatever two chunks the output comes in", () => {
  const output = Buffer.concat(SAMPLE.map(printed));
  for (let border = 0; border <= output.length; border += 1) {
    const chunks = [output.subarray(0, border), output.subarray(border)];
    assert.deepEqual(parse(SAMPLE.map(commandOf), chunks), SAMPLE, `border at ${border}`);
  }
});

test("reads answers byte by byte", () => {
  const output = Buffer.concat(SAMPLE.map(printed));
  const bytes = Array.from(output, (_, index) => output.subarray(index, index + 1));
  assert.deepEqual(parse(SAMPLE.map(commandOf), bytes), SAMPLE);
});

test("reads any answers in any chunks", () => {
  const type = fc.constantFrom(...OBJECT_TYPES);
  const content = fc.uint8Array({ maxLength: CONTENT_BYTES_MAX }).map((bytes) => Buffer.from(bytes));
  const answer: fc.Arbitrary<CatFileAnswer> = fc.oneof(
    fc.constant<CatFileAnswer>({ kind: "missing", id: ID }),
    fc.tuple(type, fc.maxSafeNat()).map(([type, size]) => ({ kind: "info" as const, id: ID, type, size })),
    fc.tuple(type, content).map(([type, content]) => ({ kind: "contents" as const, id: ID, type, content })),
  );
  const borders = fc.array(fc.nat(5000));
  fc.assert(
    fc.property(fc.array(answer), borders, (answers, unsorted) => {
      const output = Buffer.concat(answers.map(printed));
      const sorted = [0, ...unsorted.sort((one, other) => one - other), output.length];
      const chunks = sorted.slice(1).map((end, index) => output.subarray(sorted[index], end));
      assert.deepEqual(parse(answers.map(commandOf), chunks), answers);
    }),
  );
});

for (const [why, command, output] of [
  ["an answer to no command", undefined, `${ID} blob 1\n`],
  ["no object id", "info", "fatal: broken\n"],
  ["a short id that is ambiguous", "info", "1234 ambiguous\n"],
  ["an unknown type", "info", `${ID} song 1\n`],
  ["no size", "info", `${ID} blob\n`],
  ["a negative size", "info", `${ID} blob -1\n`],
  ["a size beyond all numbers", "info", `${ID} blob 99999999999999999999\n`],
  ["a header without end", "info", "1".repeat(69)],
  ["a content above the limit", "contents", `${ID} blob ${CONTENT_BYTES_MAX + 1}\n`],
  ["a content longer than announced", "contents", `${ID} blob 1\nab`],
] as const) {
  test(`refuses ${why}`, () => {
    const commands = command === undefined ? [] : [command];
    assert.throws(() => parse(commands, [Buffer.from(output)]), MalformedCatFileOutput);
  });
}

test("takes a content at the limit, and answers nothing before its last byte", () => {
  const answer: CatFileAnswer = {
    kind: "contents",
    id: ID,
    type: "blob",
    content: Buffer.alloc(CONTENT_BYTES_MAX),
  };
  const output = printed(answer);
  assert.deepEqual(parse(["contents"], [output.subarray(0, -1)]), []);
  assert.deepEqual(parse(["contents"], [output]), [answer]);
});
