import assert from "node:assert/strict";
import { test } from "node:test";
import { Failure } from "../../model/failure.ts";
import { openProcessSlots } from "./process-slots.ts";

const A = { kind: "account", id: "a" } as const;
const B = { kind: "account", id: "b" } as const;
const never = new AbortController().signal;

test("who finds no slot waits, and gets the next one that is given back", async () => {
  const slots = openProcessSlots({ slotsMax: 1, shareMax: 1, waitingMax: 5, waitMsMax: 10_000 });
  const giveBack = await slots.take([A], never);
  let isIn = false;
  const second = slots.take([A], never).then((give) => {
    isIn = true;
    return give;
  });
  await Promise.resolve();
  assert.equal(isIn, false);
  giveBack();
  giveBack();
  const giveSecond = await second;
  const third = slots.take([A], never);
  giveSecond();
  (await third)();
});

test("waiting ends: by time, by a line that is too long, by the one who waits", async () => {
  const slots = openProcessSlots({ slotsMax: 1, shareMax: 1, waitingMax: 1, waitMsMax: 5 });
  const giveBack = await slots.take([A], never);
  const late = assert.rejects(
    slots.take([A], never),
    (error) => error instanceof Failure && error.kind === "unavailable",
  );
  await assert.rejects(slots.take([A], never), /busy/);
  await late;
  const abort = new AbortController();
  const gone = assert.rejects(slots.take([A], abort.signal), /has gone/);
  abort.abort(new Error("the client has gone"));
  await gone;
  giveBack();
  (await slots.take([A], never))();
});

test("nobody holds all slots", async () => {
  const slots = openProcessSlots({ slotsMax: 3, shareMax: 2, waitingMax: 5, waitMsMax: 10_000 });
  const first = await slots.take([A], never);
  await slots.take([A], never);
  let isIn = false;
  const third = slots.take([A], never).then(() => {
    isIn = true;
  });
  await slots.take([B], never);
  assert.equal(isIn, false);
  first();
  await third;
});

test("a slot counts for each of its quotaKeys, and who waits is told which of them has its share", async () => {
  const slots = openProcessSlots({ slotsMax: 4, shareMax: 2, waitingMax: 2, waitMsMax: 5 });
  const repository = { kind: "repository", id: "r" } as const;
  const told: string[] = [];
  const tell = (why: string) => told.push(why);
  const first = await slots.take([repository, A], never, tell);
  await slots.take([repository, B], never, tell);
  assert.deepEqual(told, []);
  const third = { kind: "account", id: "c" } as const;
  await assert.rejects(
    slots.take([repository, third], never, tell),
    /^Failure: the server is busy with other requests for this repository: try again in a minute$/,
  );
  // Elsewhere there is room for all three.
  const elsewhere = await slots.take([{ kind: "repository", id: "other" }, A], never, tell);
  const waits = slots.take([repository, A], never, tell);
  first();
  (await waits)();
  elsewhere();
  assert.deepEqual(
    told,
    Array.from({ length: 2 }, () => "the server is busy with other requests for this repository"),
  );
});

test("a full server is told of where no quotaKey has its share", async () => {
  const slots = openProcessSlots({ slotsMax: 1, shareMax: 2, waitingMax: 1, waitMsMax: 5 });
  await slots.take([A], never);
  await assert.rejects(slots.take([B], never), /busy with other requests: try again/);
});

test("one client leaves room for others in a repository, and a repository for others on the server", async () => {
  const options = { slotsMax: 4, shareMax: 2, repositoryShareMax: 3, waitingMax: 2, waitMsMax: 5 };
  const slots = openProcessSlots(options);
  const repository = { kind: "repository", id: "r" } as const;
  for (let count = 0; count < 2; count += 1) await slots.take([repository, A], never);
  await assert.rejects(slots.take([repository, A], never), /other requests for your account: try/);
  await slots.take([repository, B], never);
  await assert.rejects(slots.take([repository, B], never), /other requests for this repository: try/);
  await slots.take([{ kind: "repository", id: "other" }, B], never);
});
