import assert from "node:assert/strict";
import { test } from "node:test";
import { type ConnectionUse, openConnectionTurns } from "./connection-turns.ts";

const NONE_FREE = { kind: "unavailable", message: /database is not available/ };

/** Says whether a turn is had at once. */
async function isFree(turns: ReturnType<typeof openConnectionTurns>, use: ConnectionUse): Promise<boolean> {
  let isGiven = false;
  void turns.take(use).then(
    () => {
      isGiven = true;
    },
    () => {},
  );
  await new Promise(setImmediate);
  return isGiven;
}

test("writes leave two connections, and reads one, for what takes access away", async () => {
  const turns = openConnectionTurns({ connectionsMax: 5, waitMsMax: 10, waitingMax: 100 });
  for (const use of ["write", "write", "write"] as const) assert.equal(await isFree(turns, use), true);
  assert.equal(await isFree(turns, "write"), false);
  assert.equal(await isFree(turns, "read"), true);
  assert.equal(await isFree(turns, "read"), false);
  assert.equal(await isFree(turns, "revocation"), true);
  assert.equal(await isFree(turns, "revocation"), false);
});

test("a single connection is for everybody, in the order of asking", async () => {
  const turns = openConnectionTurns({ connectionsMax: 1, waitMsMax: 60_000, waitingMax: 100 });
  const endFirst = await turns.take("read");
  const order: string[] = [];
  const waiting = (["write", "read", "revocation"] as const).map(async (use) => {
    const end = await turns.take(use);
    order.push(use);
    end();
  });
  endFirst();
  await Promise.all(waiting);
  assert.deepEqual(order, ["write", "read", "revocation"]);
});

test("who waits too long is refused, and its turn goes to the next", async () => {
  const turns = openConnectionTurns({ connectionsMax: 1, waitMsMax: 1, waitingMax: 100 });
  const end = await turns.take("read");
  await assert.rejects(turns.take("read"), NONE_FREE);
  end();
  (await turns.take("read"))();
});

test("a queue that is full refuses at once", async () => {
  const turns = openConnectionTurns({ connectionsMax: 1, waitMsMax: 60_000, waitingMax: 1 });
  const end = await turns.take("read");
  const second = turns.take("read");
  await assert.rejects(turns.take("read"), NONE_FREE);
  end();
  (await second)();
});

test("to end a turn twice frees one connection", async () => {
  const turns = openConnectionTurns({ connectionsMax: 1, waitMsMax: 1, waitingMax: 100 });
  const end = await turns.take("read");
  end();
  end();
  await turns.take("read");
  await assert.rejects(turns.take("read"), NONE_FREE);
});

test("fewer connections for a while, then as many as before", async () => {
  const turns = openConnectionTurns({ connectionsMax: 2, waitMsMax: 60_000, waitingMax: 100 });
  turns.limit(0, 1);
  await turns.take("read");
  // The second waits until the time is over.
  await turns.take("read");
});
