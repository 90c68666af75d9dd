import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { after, test } from "node:test";
import { describeDatabases, type TestDatabase } from "../../../tests/support/database/test-database.ts";
import { newUuid } from "../../../tests/support/examples/sample-model.ts";
import { Failure } from "../../model/failure.ts";
import { LEASE_MS, releaseLease, renewLease, requireLease, takeLease } from "./leases.ts";
import { openDatabase } from "./open-database.ts";

const children: ChildProcess[] = [];
after(() => {
  for (const child of children) child.kill("SIGKILL");
});

const [DATABASE, LEASES, SECRET] = ["open-database.ts", "leases.ts", "../../model/secret.ts"].map(
  (name) => new URL(name, import.meta.url).href,
);
/** Says with which fence it got the lease, and keeps it until it is killed. */
const PROGRAM = `
  const { openDatabase } = await import(${JSON.stringify(DATABASE)});
  const { takeLease } = await import(${JSON.stringify(LEASES)});
  const { Secret } = await import(${JSON.stringify(SECRET)});
  const [settings, name, holder] = JSON.parse(process.env.LEASE_TEST);
  if (settings.url !== undefined) settings.url = new Secret(settings.url);
  const { kysely } = await openDatabase(settings);
  const lease = await takeLease(kysely, name, holder);
  console.log(lease === undefined ? "busy" : String(lease.fence));
  process.stdin.resume();
`;

async function takeInOtherProcess({ settings }: TestDatabase, name: string) {
  const given = settings.kind === "postgres" ? { ...settings, url: settings.url.reveal() } : settings;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", PROGRAM], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, LEASE_TEST: JSON.stringify([given, name, newUuid()]) },
  });
  children.push(child);
  const ended = once(child, "exit");
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  return {
    said: line.toString().trim(),
    async kill() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

describeDatabases("leases", (current) => {
  const db = () => current().database.kysely;
  const take = (name: string) => takeLease(db(), name, newUuid());
  const moveExpiry = (name: string, expires_at: number) =>
    db().updateTable("lease").set({ expires_at }).where("name", "=", name).execute();

  test("of many who ask at once one gets it, and each holder has a higher fence", async () => {
    const other = await openDatabase(current().settings);
    try {
      for (const fence of [1, 2, 3]) {
        const asked = [db(), other.kysely, db(), other.kysely].map((each) =>
          takeLease(each, "many", newUuid()),
        );
        const [taken, ...more] = (await Promise.all(asked)).filter((lease) => lease !== undefined);
        assert.equal(taken?.fence, fence);
        assert.deepEqual(more, []);
        await releaseLease(other.kysely, taken);
      }
    } finally {
      await other.close();
    }
  });

  test("runs out by the database's clock, unless it is renewed", async () => {
    const first = (await take("expiring"))!;
    const { expires_at } = await db()
      .selectFrom("lease")
      .select("expires_at")
      .where("name", "=", "expiring")
      .executeTakeFirstOrThrow();
    assert.ok(Math.abs(expires_at - Date.now() - LEASE_MS) < 10_000);
    await moveExpiry("expiring", Date.now() - 1);
    assert.ok(await renewLease(db(), first));
    assert.equal(await take("expiring"), undefined);
    await moveExpiry("expiring", Date.now() - 1);
    assert.equal((await take("expiring"))?.fence, first.fence + 1);
  });

  test("of a clock that was a day ahead holds nobody up", async () => {
    await take("ahead");
    await moveExpiry("ahead", Date.now() + 86_400_000);
    assert.equal((await take("ahead"))?.fence, 2);
  });

  test("a former holder can neither renew nor release nor record anything", async () => {
    const first = (await take("lost"))!;
    await moveExpiry("lost", 0);
    const second = (await take("lost"))!;
    assert.equal(await renewLease(db(), first), false);
    await releaseLease(db(), first);
    assert.equal(await take("lost"), undefined);
    await assert.rejects(
      current().database.transaction((tx) => requireLease(tx, first)),
      (error) => error instanceof Failure && error.kind === "unavailable",
    );
    await current().database.transaction((tx) => requireLease(tx, second));
  });

  test("cannot be taken over while a transaction that has asked for it is open", async () => {
    const first = (await take("recording"))!;
    await moveExpiry("recording", 0);
    const other = await openDatabase(current().settings);
    try {
      const order: string[] = [];
      let taking: Promise<unknown> | undefined;
      await current().database.transaction(async (tx) => {
        await requireLease(tx, first);
        taking = takeLease(other.kysely, "recording", newUuid()).then(() => order.push("taken"));
        await tx.selectFrom("lease").selectAll().execute();
        order.push("recorded");
      });
      await taking;
      assert.deepEqual(order, ["recorded", "taken"]);
    } finally {
      await other.close();
    }
  });

  test("a killed process holds nobody up: of those who come when it has run out one has it", async () => {
    const killed = await takeInOtherProcess(current(), "killed");
    assert.equal(killed.said, "1");
    assert.equal(await take("killed"), undefined);
    await killed.kill();
    assert.equal(await take("killed"), undefined);
    await moveExpiry("killed", Date.now() - 1);
    const others = await Promise.all([1, 2, 3].map(() => takeInOtherProcess(current(), "killed")));
    assert.deepEqual(others.map(({ said }) => said).sort(), ["2", "busy", "busy"]);
    for (const other of others) await other.kill();
  });
});
