import assert from "node:assert/strict";
import { test } from "node:test";
import { openVersionReader } from "./version-reader.ts";

function openAsked() {
  const questions: PromiseWithResolvers<string>[] = [];
  const ask = openVersionReader(() => {
    const question = Promise.withResolvers<string>();
    questions.push(question);
    return question.promise;
  });
  return { ask, questions };
}

const turn = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

test("asks once for all who come in one turn", async () => {
  const { ask, questions } = openAsked();
  const waiting = [ask(), ask(), ask()];
  await turn();
  assert.equal(questions.length, 1);
  questions[0]!.resolve("7");
  assert.deepEqual(await Promise.all(waiting), ["7", "7", "7"]);
});

test("who comes after a question was sent waits for the next one, which is not sent before the first is answered", async () => {
  const { ask, questions } = openAsked();
  const first = ask();
  await turn();
  const late = [ask(), ask()];
  await turn();
  assert.equal(questions.length, 1);
  questions[0]!.resolve("7");
  assert.equal(await first, "7");
  await turn();
  assert.equal(questions.length, 2);
  questions[1]!.resolve("8");
  assert.deepEqual(await Promise.all(late), ["8", "8"]);
});

test("a question that fails fails for those who waited for it, and the next is asked", async () => {
  const { ask, questions } = openAsked();
  const failed = ask();
  await turn();
  questions[0]!.reject(new Error("gone"));
  await assert.rejects(failed, /gone/);
  const next = ask();
  await turn();
  questions[1]!.resolve("9");
  assert.equal(await next, "9");
});
