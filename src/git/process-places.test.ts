import assert from "node:assert/strict";
import { test } from "node:test";
import { Failure } from "../model/failure.ts";
import { openProcessPlaces } from "./process-places.ts";

const never = new AbortController().signal;

test("who finds no place waits, and gets the next one that is given back", async () => {
  const places = openProcessPlaces({ placesMax: 1, waitingMax: 5, waitMsMax: 10_000 });
  const giveBack = await places.take(never);
  let isIn = false;
  const second = places.take(never).then((give) => {
    isIn = true;
    return give;
  });
  await Promise.resolve();
  assert.equal(isIn, false);
  giveBack();
  giveBack();
  const giveSecond = await second;
  const third = places.take(never);
  giveSecond();
  (await third)();
});

test("waiting ends: by time, by a line that is too long, by the one who waits", async () => {
  const places = openProcessPlaces({ placesMax: 1, waitingMax: 1, waitMsMax: 5 });
  const giveBack = await places.take(never);
  const late = assert.rejects(
    places.take(never),
    (error) => error instanceof Failure && error.kind === "unavailable",
  );
  await assert.rejects(places.take(never), /busy/);
  await late;
  const abort = new AbortController();
  const gone = assert.rejects(places.take(abort.signal), /has gone/);
  abort.abort(new Error("the client has gone"));
  await gone;
  giveBack();
  (await places.take(never))();
});
