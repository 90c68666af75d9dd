import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { openDemoRestClient } from "../clients/rest-client.ts";
import type { RealGit } from "../git/real-git.ts";
import { waitUntil } from "../processes/process-table.ts";
import type { WebhookReceiver } from "../remote-servers/webhook-receiver.ts";
import type { PailServer } from "../server/pail-server.ts";
import { assertPushRefused, assertRecovered, assertUnavailable, openOutageProbe } from "./outage.ts";
import type { PostgresServer } from "./postgres.ts";

const UNAVAILABLE = /database is not available|HTTP 503|error: 503/i;

/** The database goes away for a time, while people push and ask, and while a delivery is pending. */
export async function loseDatabase(
  git: RealGit,
  {
    pail,
    postgres,
    receiver,
    lostMs,
  }: {
    readonly pail: PailServer;
    readonly postgres: PostgresServer;
    readonly receiver: WebhookReceiver;
    readonly lostMs: number;
  },
): Promise<void> {
  const probe = await openOutageProbe(git, pail);
  const hook = await openDemoRestClient(pail)(`/repositories/${probe.repository.fullName}/hooks`, {
    method: "POST",
    json: { description: "all", url: receiver.url("/hook"), active: true, events: ["repo:push"] },
  });
  assert.equal(hook.status, 201, hook.text);
  // The target fails at first, so that the delivery is pending while the database is away.
  receiver.answer("/hook", 500);
  const before = await probe.push();
  assert.equal(before.status, 0, before.stderr);
  await receiver.take("/hook", 1);
  const hookUuid = String((hook.json() as { readonly uuid: string }).uuid).replace(/[{}]/g, "");
  await waitUntil("the failed attempt is written down", async () => {
    const { stdout } = await pail.cli(["webhook", "deliveries", hookUuid]);
    return stdout.includes("500");
  });

  postgres.crash();
  const end = performance.now() + lostMs;
  do {
    assertPushRefused(await probe.push(), UNAVAILABLE);
    for (const answer of [await probe.commit(), await probe.createBranch(), await probe.read()])
      assertUnavailable(answer, UNAVAILABLE);
    await delay(200);
  } while (performance.now() < end);
  await postgres.startAgain();

  await assertRecovered(probe);
  // The one that failed, and those of the push, the commit and the branch since then.
  const told = await receiver.take("/hook", 5);
  const ids = told.map(({ headers }) => headers["x-request-uuid"]);
  assert.equal(ids[1], ids[0], "what was pending comes first");
  assert.equal(new Set(ids).size, 4);
}
