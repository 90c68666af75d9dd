import assert from "node:assert/strict";
import { test } from "node:test";
import { ACCOUNT_MAX, ANONYMOUS_MAX, KEYS_MAX, openRateLimits, type RateQuestion } from "./rate-limits.ts";

function openAt(start: string) {
  let now = new Date(start);
  const limits = openRateLimits({ clock: () => now });
  const pass = (seconds: number) => {
    now = new Date(now.getTime() + seconds * 1000);
  };
  return { limits, pass };
}

const NOBODY: RateQuestion = { quotaKey: "192.0.2.1", isAnonymous: true, resource: "api" };

test("nobody has 60 requests an hour from one address, for all but Git together", async () => {
  const { limits } = openAt("2026-11-27T08:00:00Z");
  for (let index = 1; index <= ANONYMOUS_MAX; index += 1) {
    const resource = index % 2 === 0 ? "raw" : "api";
    const decision = await limits.take({ ...NOBODY, resource });
    assert.deepEqual([decision.isAllowed, decision.remaining], [true, ANONYMOUS_MAX - index]);
  }
  assert.equal((await limits.take(NOBODY)).isAllowed, false);
  assert.equal((await limits.take({ ...NOBODY, resource: "git" })).isAllowed, true);
  assert.equal((await limits.take({ ...NOBODY, quotaKey: "192.0.2.2" })).isAllowed, true);
});

for (const [resource, limit] of Object.entries(ACCOUNT_MAX)) {
  test(`an account has ${limit} requests an hour of ${resource}, and what is refused does not count`, async () => {
    const { limits, pass } = openAt("2026-11-27T08:00:00Z");
    const question = { quotaKey: "account", isAnonymous: false, resource } as RateQuestion;
    for (let index = 0; index < limit; index += 1) assert.ok((await limits.take(question)).isAllowed);
    for (let index = 0; index < 10; index += 1) assert.ok(!(await limits.take(question)).isAllowed);
    pass(3_600);
    assert.deepEqual(await limits.take(question), {
      isAllowed: true,
      limit,
      remaining: limit - 1,
      resetSeconds: 3_600,
    });
  });
}

test("the hour rolls: what was asked early is free early, and the reset tells when, in seconds", async () => {
  const { limits, pass } = openAt("2026-11-27T08:00:30Z");
  for (let index = 0; index < 20; index += 1) await limits.take(NOBODY);
  pass(1_800);
  for (let index = 0; index < 40; index += 1) await limits.take(NOBODY);
  const refused = await limits.take(NOBODY);
  assert.deepEqual(refused, { isAllowed: false, limit: 60, remaining: 0, resetSeconds: 1_770 });
  pass(refused.resetSeconds - 1);
  assert.equal((await limits.take(NOBODY)).isAllowed, false);
  pass(1);
  const allowed = await limits.take(NOBODY);
  assert.deepEqual([allowed.isAllowed, allowed.remaining], [true, 19]);
});

test("never is more than the limit let through in an hour less a minute, however it is spread", async () => {
  const { limits, pass } = openAt("2026-11-27T08:00:00Z");
  const letThrough: number[] = [];
  for (let second = 0; second < 4 * 3_600; second += 17) {
    if ((await limits.take(NOBODY)).isAllowed) letThrough.push(second);
    pass(17);
  }
  for (const begin of letThrough) {
    const count = letThrough.filter((second) => second >= begin && second < begin + 3_540).length;
    assert.ok(count <= ANONYMOUS_MAX, `${count} from second ${begin}`);
  }
  assert.ok(letThrough.length >= 3 * ANONYMOUS_MAX);
});

test("many addresses forget no account", async () => {
  const { limits } = openAt("2026-11-27T08:00:00Z");
  const account = { quotaKey: "account", isAnonymous: false, resource: "api" } as const;
  await limits.take(account);
  for (let index = 0; index < KEYS_MAX + 10; index += 1)
    await limits.take({ ...NOBODY, quotaKey: `address ${index}` });
  assert.equal((await limits.take(account)).remaining, ACCOUNT_MAX.api - 2);
  assert.equal(
    (await limits.take({ ...NOBODY, quotaKey: "address 0" })).remaining,
    ANONYMOUS_MAX - 1,
    "forgotten",
  );
});

test("a clock that goes back lets nobody in again", async () => {
  const { limits, pass } = openAt("2026-11-27T08:00:00Z");
  for (let index = 0; index < ANONYMOUS_MAX; index += 1) await limits.take(NOBODY);
  pass(-7_200);
  assert.equal((await limits.take(NOBODY)).isAllowed, false);
});

test("a clock that was ahead holds nobody up for longer than an hour", async () => {
  const { limits, pass } = openAt("2026-11-28T08:00:00Z");
  for (let index = 0; index < ANONYMOUS_MAX; index += 1) await limits.take(NOBODY);
  pass(-86_400);
  const refused = await limits.take(NOBODY);
  assert.deepEqual([refused.isAllowed, refused.resetSeconds], [false, 3_600]);
  pass(3_599);
  assert.equal((await limits.take(NOBODY)).isAllowed, false);
  pass(1);
  assert.equal((await limits.take(NOBODY)).remaining, ANONYMOUS_MAX - 1);
});
