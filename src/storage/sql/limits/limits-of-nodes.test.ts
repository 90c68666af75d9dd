import assert from "node:assert/strict";
import { test } from "node:test";
import { sql } from "kysely";
import pino from "pino";
import { describeDatabases } from "../../../../tests/support/database/test-database.ts";
import { FREE_TRIES, type SignInAttempt, TOTAL_CAP } from "../../../limits/decide-sign-in.ts";
import { openFailedAuthenticationLimiter } from "../../../limits/failed-authentication-limiter.ts";
import { ANONYMOUS_MAX, openRateLimits } from "../../../limits/rate-limits.ts";
import { Secret } from "../../../model/secret.ts";
import type { Database } from "../database.ts";
import { openDatabase } from "../open-database.ts";
import { deleteLimitCountsBefore } from "./limit-counts.ts";
import { shareLimits } from "./share-limits.ts";

const KEY = new Secret("ab".repeat(32));

describeDatabases("limits of several nodes", (current) => {
  let now = Date.parse("2026-11-27T08:00:00Z");
  const clock = () => new Date(now);
  const limitsOver = (database: Pick<Database, "kysely" | "transaction">) =>
    shareLimits({ database, key: KEY, clock, log: pino({ level: "silent" }) });

  /** Two nodes, each with connections of its own. */
  async function withNodes(
    work: (nodes: readonly ReturnType<typeof limitsOver>[]) => Promise<void>,
  ): Promise<void> {
    const other = await openDatabase(current().settings);
    try {
      await work([limitsOver(current().database), limitsOver(other)]);
    } finally {
      await other.close();
    }
  }

  test("requests count together, also when nodes write at once", () =>
    withNodes(async (nodes) => {
      const limits = nodes.map((node) => openRateLimits({ clock, share: node.share("rate") }));
      const take = (index: number, quotaKey: string) =>
        limits[index]!.take({ quotaKey, isAnonymous: true, resource: "api" });
      const clients = Array.from({ length: 20 }, (_, index) => `192.0.2.${index}`);
      for (let round = 0; round < ANONYMOUS_MAX / 2; round += 1) {
        for (const client of clients) for (const index of [0, 1]) await take(index, client);
        await Promise.all(limits.map((each) => each.flush()));
        now += 40_000;
      }
      for (const client of clients) for (const index of [0, 1]) await take(index, client);
      await Promise.all(limits.map((each) => each.flush()));
      for (const client of clients)
        for (const index of [0, 1]) assert.equal((await take(index, client)).isAllowed, false, client);
      now += 3_600_000;
      assert.equal((await take(0, clients[0]!)).remaining, ANONYMOUS_MAX - 1);
    }));

  test("failures count together", () =>
    withNodes(async (nodes) => {
      const [one, two] = nodes.map((node) =>
        openFailedAuthenticationLimiter({
          clock,
          failuresMax: 4,
          share: node.share("failed-authentication"),
        }),
      );
      for (let index = 0; index < 3; index += 1) one!.fail("192.0.2.1");
      await one!.flush();
      now += 60_000;
      two!.fail("192.0.2.1");
      await two!.flush();
      assert.equal(two!.fail("192.0.2.1"), 540);
      now += 540_000;
      assert.equal(two!.fail("192.0.2.1"), undefined, "those of the first node have run out");
    }));

  test("tries to sign in count one by one, however many come at once to whichever node", () =>
    withNodes(async (nodes) => {
      const limiters = nodes.map((node) => node.openSignInLimiter());
      const attempt: SignInAttempt = { account: "ada@example.com", network: "192.0.2.1", factor: "password" };
      const begin = () =>
        Promise.all([...limiters, ...limiters, ...limiters].map((each) => each.begin(attempt)));
      const untils = [...(await begin()), ...(await begin())];
      assert.equal(untils.filter((until) => until === undefined).length, FREE_TRIES);
      assert.deepEqual(
        new Set(untils.filter((until) => until !== undefined).map(Number)),
        new Set([now + 10_000]),
      );
      now += 10_000;
      const again = await begin();
      assert.equal(again.filter((until) => until === undefined).length, 1);
      now += 20_000;
      assert.equal(await limiters[0]!.begin(attempt), undefined);
      limiters[0]!.succeed(attempt);
      await limiters[0]!.idle();
      for (let index = 0; index < FREE_TRIES; index += 1)
        assert.equal(
          await limiters[1]!.begin(attempt),
          undefined,
          "the right password begins anew on every node",
        );
    }));

  test("who has signed in from a network goes on on another node, when nobody else may", () =>
    withNodes(async ([one, two]) => {
      const [here, there] = [one!.openSignInLimiter(), two!.openSignInLimiter()];
      const known: SignInAttempt = {
        account: "eve@example.com",
        network: "198.51.100.1",
        factor: "password",
      };
      await here.begin(known);
      here.succeed(known);
      await here.idle();
      for (let index = 0; index < TOTAL_CAP.max + 10; index += 1)
        await here.begin({ account: `a${index}`, network: `n${index}`, factor: "password" });
      assert.notEqual(await there.begin({ ...known, account: "another" }), undefined);
      assert.equal(await there.begin(known), undefined);
    }));

  test("without the database a node counts tries by itself", async () => {
    const isAway = () => Promise.reject(new Error("the database is away"));
    const { kysely } = current().database;
    const away = { kysely: kysely.withSchema("nowhere"), transaction: isAway };
    const limiter = limitsOver(away).openSignInLimiter();
    const attempt: SignInAttempt = { account: "bob", network: "192.0.2.9", factor: "password" };
    for (let index = 0; index < FREE_TRIES; index += 1) assert.equal(await limiter.begin(attempt), undefined);
    assert.deepEqual(await limiter.begin(attempt), new Date(now + 10_000));
    limiter.succeed(attempt);
    await limiter.idle();
    assert.equal(await limiter.begin(attempt), undefined);
  });

  test("what is stored names nobody, and goes when it counts no more", async () => {
    const { kysely } = current().database;
    const read = async () => {
      const { rows } = await sql<{
        name: string;
      }>`select name from limit_count union all select name from sign_in_count`.execute(kysely);
      return rows.map(({ name }) => name);
    };
    const names = await read();
    assert.ok(names.length > 1_000);
    for (const name of names) assert.match(name, /^[\w-]{22}$/);
    now += 40 * 86_400_000;
    await deleteLimitCountsBefore(kysely, clock());
    assert.deepEqual(await read(), []);
  });
});
