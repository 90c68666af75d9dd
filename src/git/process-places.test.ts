import assert from "node:assert/strict";
import { test } from "node:test";
import { Failure } from "../model/failure.ts";
import { openProcessPlaces } from "./process-places.ts";

const never = new AbortController().signal;

test("who finds no place waits, and gets the next one that is given back", async () => {
  const places = openProcessPlaces({ placesMax: 1, shareMax: 1, waitingMax: 5, waitMsMax: 10_000 });
  const giveBack = await places.take("a", never);
  let isIn = false;
  const second = places.take("a", never).then((give) => {
    isIn = true;
    return give;
  });
  await Promise.resolve();
  assert.equal(isIn, false);
  giveBack();
  giveBack();
  const giveSecond = await second;
  const third = places.take("a", never);
  giveSecond();
  (await third)();
});

test("waiting ends: by time, by a line that is too long, by the one who waits", async () => {
  const places = openProcessPlaces({ placesMax: 1, shareMax: 1, waitingMax: 1, waitMsMax: 5 });
  const giveBack = await places.take("a", never);
  const late = assert.rejects(
    places.take("a", never),
    (error) => error instanceof Failure && error.kind === "unavailable",
  );
  await assert.rejects(places.take("a", never), /busy/);
  await late;
  const abort = new AbortController();
  const gone = assert.rejects(places.take("a", abort.signal), /has gone/);
  abort.abort(new Error("the client has gone"));
  await gone;
  giveBack();
  (await places.take("a", never))();
});

test("nobody holds all places", async () => {
  const places = openProcessPlaces({ placesMax: 3, shareMax: 2, waitingMax: 5, waitMsMax: 10_000 });
  const first = await places.take("a", never);
  await places.take("a", never);
  let isIn = false;
  const third = places.take("a", never).then(() => {
    isIn = true;
  });
  await places.take("b", never);
  assert.equal(isIn, false);
  first();
  await third;
});
