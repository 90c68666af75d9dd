import assert from "node:assert/strict";
import test from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { endOfTurn } from "./end-of-turn.ts";

test("answers of one turn go together, after everything else of the turn", async () => {
  const seen: string[] = [];
  const answer = async (name: string) => {
    await endOfTurn();
    seen.push(name);
  };
  const answers = [answer("first"), answer("second")];
  await Promise.resolve().then(() => seen.push("the rest of the turn"));
  assert.deepEqual(seen, ["the rest of the turn"]);
  await nextTurn();
  await Promise.all(answers);
  assert.deepEqual(seen, ["the rest of the turn", "first", "second"]);
});

test("an answer does not wait for a long turn", async () => {
  const seen: string[] = [];
  const answer = async (name: string) => {
    await endOfTurn();
    seen.push(name);
  };
  const turnIsOver = nextTurn().then(() => seen.push("the turn is over"));
  const first = answer("first");
  for (const started = performance.now(); performance.now() - started < 2; );
  const second = answer("second");
  await Promise.all([first, second, turnIsOver]);
  assert.deepEqual(seen, ["first", "second", "the turn is over"]);
});
