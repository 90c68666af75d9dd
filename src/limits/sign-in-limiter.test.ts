import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ACCOUNT_CAP,
  CODE_CAP,
  FREE_TRIES,
  NETWORK_CAP,
  type SignInAttempt,
  TOTAL_CAP,
} from "./decide-sign-in.ts";
import { openSignInLimiter } from "./sign-in-limiter.ts";

function open() {
  let now = Date.parse("2026-01-02T03:04:05Z");
  const limiter = openSignInLimiter({ clock: () => new Date(now) });
  const attempt = (account: string, network: string): SignInAttempt => ({
    account,
    network,
    factor: "password",
  });
  return {
    limiter,
    attempt,
    pass: (ms: number) => {
      now += ms;
    },
    /** Seconds to wait; 0 if it may go on. */
    tryFrom: async (account: string, network: string, factor: SignInAttempt["factor"] = "password") => {
      const until = await limiter.begin({ account, network, factor });
      return until === undefined ? 0 : (until.getTime() - now) / 1_000;
    },
  };
}

test("some tries are free, then each wait is twice the one before, to a quarter of an hour", async () => {
  const { tryFrom, pass } = open();
  for (let i = 0; i < FREE_TRIES; i += 1) assert.equal(await tryFrom("ada", "192.0.2.1"), 0);
  for (const seconds of [10, 20, 40, 80, 160, 320, 640, 900, 900]) {
    assert.equal(await tryFrom("ada", "192.0.2.1"), seconds);
    pass(seconds * 1_000 - 1);
    assert.notEqual(await tryFrom("ada", "192.0.2.1"), 0, "a refused try does not make the wait longer");
    pass(1);
    assert.equal(await tryFrom("ada", "192.0.2.1"), 0);
  }
  pass(3_600_000);
  for (let i = 0; i < FREE_TRIES; i += 1) assert.equal(await tryFrom("ada", "192.0.2.1"), 0, "and forgotten");
});

test("others, and the same person elsewhere, do not wait", async () => {
  const { tryFrom } = open();
  for (let i = 0; i < FREE_TRIES; i += 1) await tryFrom("ada", "192.0.2.1");
  assert.notEqual(await tryFrom("ada", "192.0.2.1"), 0);
  assert.equal(await tryFrom("bob", "192.0.2.1"), 0);
  assert.equal(await tryFrom("ada", "192.0.2.2"), 0);
});

test("the right password begins anew, and no one else can lock its owner out from there", async () => {
  const { limiter, attempt, tryFrom } = open();
  await tryFrom("ada", "192.0.2.1");
  limiter.succeed(attempt("ada", "192.0.2.1"));
  for (let i = 0; i < ACCOUNT_CAP.max; i += 1) assert.equal(await tryFrom("ada", `198.51.100.${i}`), 0);
  assert.ok((await tryFrom("ada", "198.51.100.200")) > 3_000, "from where it has never signed in");
  assert.equal(await tryFrom("ada", "192.0.2.1"), 0);
});

test("one network guesses at no more than so many accounts", async () => {
  const { limiter, attempt, tryFrom, pass } = open();
  await tryFrom("ada", "192.0.2.1");
  limiter.succeed(attempt("ada", "192.0.2.1"));
  for (let i = 0; i < NETWORK_CAP.max; i += 1) assert.equal(await tryFrom(`a${i}`, "192.0.2.1"), 0);
  assert.equal(await tryFrom("another", "192.0.2.1"), 600);
  assert.equal(await tryFrom("ada", "192.0.2.1"), 0, "who has signed in from there goes on");
  pass(600_000);
  assert.equal(await tryFrom("another", "192.0.2.1"), 0);
});

test("what was right is not counted: a company of people signs in from one address", async () => {
  const { limiter, attempt, tryFrom } = open();
  for (let i = 0; i < 2 * NETWORK_CAP.max; i += 1) {
    assert.equal(await tryFrom(`a${i}`, "192.0.2.1"), 0);
    limiter.succeed(attempt(`a${i}`, "192.0.2.1"));
  }
});

test("all networks together are limited too", async () => {
  const { tryFrom } = open();
  for (let i = 0; i < TOTAL_CAP.max; i += 1)
    assert.equal(await tryFrom(`a${i}`, `192.0.${i >> 8}.${i & 255}`), 0);
  assert.equal(await tryFrom("another", "203.0.113.1"), 600);
});

test("codes are guessed less often, from wherever", async () => {
  const { tryFrom } = open();
  for (let i = 0; i < CODE_CAP.max; i += 1) {
    assert.equal(await tryFrom("ada", `192.0.2.${i}`, "code"), 0);
  }
  assert.equal(await tryFrom("ada", "192.0.2.3", "code"), 3_600);
  assert.equal(await tryFrom("ada", "192.0.2.3"), 0, "passwords are counted apart");
});
