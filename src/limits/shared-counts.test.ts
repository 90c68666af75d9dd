import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import pino from "pino";
import {
  SHARING_MS as FAILURES_MS,
  openFailedAuthenticationLimiter,
} from "./failed-authentication-limiter.ts";
import { ACCOUNT_MAX, openRateLimits, SHARING_MS as RATES_MS, type RateQuestion } from "./rate-limits.ts";
import {
  type Counted,
  type CountStore,
  KEYS_AT_ONCE_MAX,
  openSharedCounts,
  type ShareCounts,
} from "./shared-counts.ts";

const LIMIT = ACCOUNT_MAX.api;
const QUESTION: RateQuestion = { quotaKey: "account", isAnonymous: false, resource: "api" };

/** A database that may be away, and nodes on it. */
function openStore(context: TestContext) {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const rows = new Map<string, Counted>();
  const state = { now: Date.parse("2026-11-27T08:00:00Z"), isAway: false, statements: 0 };
  const lines: string[] = [];
  const answer = () => {
    state.statements += 1;
    if (state.isAway) throw new Error("the database is away");
  };
  const store: CountStore = {
    async add(counts) {
      answer();
      for (const { name, since, count } of counts) {
        const key = `${name} ${since}`;
        rows.set(key, { name, since, count: (rows.get(key)?.count ?? 0) + count });
      }
    },
    async read(asked) {
      answer();
      return [...rows.values()].filter(({ name, since }) =>
        asked.some((each) => each.name === name && since >= each.from),
      );
    },
  };
  const clock = () => new Date(state.now);
  const log = pino({ level: "warn" }, { write: (line: string) => void lines.push(line) });
  const share: ShareCounts = (options) =>
    openSharedCounts({ store, nameOf: (key) => key, clock, log }, options);
  return {
    rows,
    state,
    lines,
    clock,
    share,
    openNode: () => openRateLimits({ clock, share }),
    /** Lets time go by, and what is due then be done. */
    async pass(ms: number) {
      state.now += ms;
      context.mock.timers.tick(ms);
      for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
    },
  };
}

type Node = ReturnType<ReturnType<typeof openStore>["openNode"]>;

async function takeMany(nodes: readonly Node[], count: number): Promise<number> {
  let allowed = 0;
  for (let index = 0; index < count; index += 1)
    if ((await nodes[index % nodes.length]!.take(QUESTION)).isAllowed) allowed += 1;
  return allowed;
}

test("requests to several nodes count together, but for what was asked in the last two seconds", async (context) => {
  const { openNode, pass } = openStore(context);
  const nodes = [openNode(), openNode(), openNode()];
  const perSecond = 60;
  let allowed = 0;
  for (let second = 0; second < 60; second += 1) {
    allowed += await takeMany(nodes, perSecond);
    await pass(RATES_MS);
  }
  assert.ok(allowed >= LIMIT, `${allowed} of ${LIMIT}`);
  assert.ok(allowed <= LIMIT + 2 * perSecond, `${allowed} of ${LIMIT}`);
  const last = await nodes[0]!.take(QUESTION);
  assert.deepEqual([last.isAllowed, last.remaining], [false, 0]);
  for (const node of nodes) await node.flush();
});

test("who has used all on one node has nothing on another, from a second after the first request there", async (context) => {
  const { openNode, pass } = openStore(context);
  const [used, other] = [openNode(), openNode()];
  await takeMany([used], LIMIT);
  await pass(RATES_MS);
  assert.equal((await other.take(QUESTION)).isAllowed, true, "it has not asked yet");
  await pass(RATES_MS);
  assert.equal((await other.take(QUESTION)).isAllowed, false);
  assert.equal((await other.take({ ...QUESTION, quotaKey: "another" })).isAllowed, true);
});

test("the hour rolls on every node for what others have counted", async (context) => {
  const { openNode, pass } = openStore(context);
  const [one, two] = [openNode(), openNode()];
  await takeMany([one], LIMIT - 10);
  await two.take(QUESTION);
  await pass(RATES_MS);
  assert.equal((await two.take(QUESTION)).remaining, 8);
  await pass(3_600_000);
  assert.equal((await two.take(QUESTION)).remaining, LIMIT - 1);
});

test("nothing is asked of the database for a request, and nothing at all while nobody asks", async (context) => {
  const { openNode, pass, state } = openStore(context);
  const node = openNode();
  await takeMany([node], 500);
  assert.equal(state.statements, 0);
  await pass(RATES_MS);
  assert.equal(state.statements, 2);
  for (let second = 0; second < 100; second += 1) await pass(1_000);
  assert.equal(state.statements, 2);
});

test("while the database is away each node counts by itself; then they count together again", async (context) => {
  const { openNode, pass, state, lines } = openStore(context);
  const nodes = [openNode(), openNode()];
  await takeMany(nodes, 100);
  await pass(RATES_MS);
  state.isAway = true;
  const allowed = await takeMany(nodes, 4 * LIMIT);
  assert.ok(allowed >= LIMIT && allowed <= nodes.length * LIMIT - 100, `${allowed}: each up to the limit`);
  for (let second = 0; second < 60; second += 1) await pass(1_000);
  assert.equal((await nodes[0]!.take(QUESTION)).isAllowed, false, "never open");
  assert.equal(lines.length, 2, "told once by each node");
  state.isAway = false;
  for (let second = 0; second < 10; second += 1) await pass(1_000);
  const fresh = openNode();
  await fresh.take(QUESTION);
  await pass(RATES_MS);
  assert.equal((await fresh.take(QUESTION)).isAllowed, false, "what was counted meanwhile is written");
});

test("failures count together within a quarter of a second", async (context) => {
  const { share, clock, pass } = openStore(context);
  const nodes = [1, 2].map(() => openFailedAuthenticationLimiter({ clock, failuresMax: 10, share }));
  for (let index = 0; index < 5; index += 1) {
    for (const node of nodes) assert.equal(node.fail("192.0.2.1"), undefined);
    await pass(FAILURES_MS);
  }
  for (const node of nodes) {
    assert.equal(node.fail("192.0.2.1"), Math.ceil((600_000 - 5 * FAILURES_MS) / 1_000));
    assert.equal(node.fail("192.0.2.2"), undefined);
  }
  await pass(600_000);
  for (const node of nodes) assert.equal(node.fail("192.0.2.1"), undefined);
});

test("of more clients than are written at once, those with most requests come first, and none is lost", async (context) => {
  const { share, rows, pass, state } = openStore(context);
  const shared = share({ windowMs: 60_000, recentMs: 60_000, periodMs: 1_000, adopt() {} });
  for (let key = 0; key < 2 * KEYS_AT_ONCE_MAX; key += 1)
    for (let count = 0; count <= key % 3; count += 1) shared.add(`client ${key}`, state.now);
  await pass(1_000);
  assert.equal(rows.size, KEYS_AT_ONCE_MAX);
  assert.ok([...rows.values()].every(({ count }) => count >= 2));
  await pass(1_000);
  assert.equal(rows.size, 2 * KEYS_AT_ONCE_MAX);
});
