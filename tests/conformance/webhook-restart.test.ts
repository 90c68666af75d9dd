import assert from "node:assert/strict";
import { after, test } from "node:test";
import { openDemoRestClient } from "../support/clients/rest-client.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { openWebhookReceiver } from "../support/remote-servers/webhook-receiver.ts";
import { type PailServer, startPail } from "../support/server/pail-server.ts";

/** A server of its own process, killed between a change and its delivery; and the command line beside it. */
const receiver = await openWebhookReceiver();
const git = openRealGit();
const EVENTS = ["repo:created", "repo:imported", "repo:deleted", "repo:push", "repo:commit_status_created"];

const started: PailServer[] = [];
after(async () => {
  // The first one's folder is the data's: it goes last.
  for (const each of started.toReversed()) await each.stop();
});

async function start(dataFolder?: string): Promise<PailServer> {
  const more = dataFolder === undefined ? {} : { dataFolder };
  const server = await startPail({ webhookPrivateTargets: true, ...more });
  started.push(server);
  return server;
}

async function kill(server: PailServer): Promise<void> {
  process.kill(server.processId, "SIGKILL");
  for (;;) {
    try {
      process.kill(server.processId, 0);
    } catch {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function subscribe(server: PailServer, path: string): Promise<string> {
  const ask = openDemoRestClient(server);
  const json = { url: receiver.url(path).replace("//", "//user:hidden@"), events: EVENTS, secret: "unseen" };
  const answer = await ask("/workspaces/acme/hooks", { method: "POST", json });
  assert.equal(answer.status, 201);
  return String(answer.json().uuid).slice(1, -1);
}

let server = await start();
const hook = await subscribe(server, "/hook");

async function out(...args: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await server.cli(args);
  assert.equal(status, 0, stderr);
  return stdout;
}

async function deliveries(): Promise<readonly Record<string, unknown>[]> {
  return JSON.parse(await out("webhook", "deliveries", hook, "--json"));
}

function keyOf({ headers }: { readonly headers: Record<string, unknown> }) {
  return headers["x-event-key"];
}

test("what is pending when the server is killed is told by the next one, in order, and nothing is told twice that was answered", async () => {
  const ask = openDemoRestClient(server);
  const status = (key: string) => ({ method: "POST", json: { key, state: "FAILED" } });
  const path = "/repositories/acme/demo/commit/main/statuses/build";
  await ask(path, status("answered"));
  await receiver.take("/hook", 1);
  while ((await deliveries())[0]!.state !== "delivered");
  receiver.answer("/hook", "hang");
  await ask(path, status("under way"));
  await ask(path, status("waiting"));
  await receiver.take("/hook", 2);
  await kill(server);
  // The command line works without a server: what it changes is told all the same.
  await out("repository", "create", "--workspace", "acme", "--name", "offline");
  assert.equal(receiver.received("/hook").length, 2);

  server = await start(server.dataFolder);
  const told = await receiver.take("/hook", 5);
  assert.deepEqual(
    told.map(({ json }) => json.commit_status?.key ?? json.repository.full_name),
    ["answered", "under way", "under way", "waiting", "acme/offline"],
  );
  const [, cutOff, again] = told;
  for (const header of ["x-request-uuid", "x-attempt-number"]) {
    assert.equal(again!.headers[header], cutOff!.headers[header], header);
  }
  // The next server listens on another port, and links follow the address that it listens on.
  const portless = (body: string) => body.replaceAll(/127\.0\.0\.1:\d+/g, "127.0.0.1");
  assert.equal(portless(again!.body), portless(cutOff!.body));
  assert.deepEqual([keyOf(told[4]!), told[4]!.json.actor], ["repo:created", null]);
});

test("an import is told once, when it is done; and its end by the command line too", async () => {
  const source = git.newPath("source");
  await git.out(["init", "--quiet", "-b", "main"], { folder: source });
  await git.out(["commit", "--quiet", "--allow-empty", "-m", "first"], { folder: source });
  await out("repository", "import", source, "--workspace", "acme", "--name", "imported");
  const told = (await receiver.take("/hook", 6)).at(-1)!;
  assert.deepEqual([keyOf(told), told.json.repository.full_name], ["repo:imported", "acme/imported"]);
  assert.equal(told.json.repository.mainbranch.name, "main");
  await out("repository", "delete", "--repository", "acme/imported", "--yes");
  const last = (await receiver.take("/hook", 7)).at(-1)!;
  assert.deepEqual([keyOf(last), last.json.repository.full_name], ["repo:deleted", "acme/imported"]);
});

test("the command line lists webhooks without what is secret about them", async () => {
  const text = await out("webhook", "list", "--json");
  assert.doesNotMatch(text, /hidden|unseen/);
  const [webhook] = JSON.parse(text);
  assert.deepEqual(
    [webhook.id, webhook.subject, webhook.is_active, webhook.has_secret, webhook.events],
    [hook, "acme", true, true, [...EVENTS].sort()],
  );
  assert.match(await out("webhook", "list", "--workspace", "acme"), /^ID .*\n[0-9a-f]{8} {2}acme {2}http:/);
  const none = await server.cli(["webhook", "list", "--repository", "acme/demo"]);
  assert.deepEqual([none.status, none.stdout, none.stderr], [0, "", "There are no webhooks\n"]);
});

test("the command line shows deliveries and their bodies, and delivers again", async () => {
  const [latest] = await deliveries();
  assert.deepEqual([latest!.event, latest!.attempts, latest!.problem], ["repo:deleted", 1, null]);
  const id = String(latest!.id);
  const body = await out("webhook", "payload", id.slice(0, 8));
  const [sent] = receiver.received("/hook").slice(-1);
  assert.equal(body, sent!.body);
  assert.equal(Buffer.byteLength(body), latest!.payload_bytes);
  const again = (await out("webhook", "redeliver", id)).trim();
  const told = (await receiver.take("/hook", 8)).at(-1)!;
  assert.deepEqual(
    [told.headers["x-request-uuid"], told.headers["x-attempt-number"], told.body],
    [again, "1", sent!.body],
  );
  assert.notEqual(again, id);
  assert.match(
    await out("webhook", "deliveries", hook.slice(0, 8), "--limit", "2"),
    /^ID .*(\n[0-9a-f]{8} .*){2}\n$/,
  );
});

for (const [args, status, problem] of [
  [["deliveries", "00000000"], 1, "there is no such webhook"],
  [["redeliver", "00000000"], 1, "there is no such delivery"],
  [["payload", "00000000-0000-4000-8000-000000000000"], 1, "there is no such delivery"],
  [["deliveries", "short"], 2, "must be an id"],
  [["deliveries", hook, "--limit", "0"], 2, "--limit"],
  [["list", "--workspace", "acme", "--repository", "acme/demo"], 2, "give one of them"],
  [["list", "--workspace", "nowhere"], 1, "there is no workspace"],
] as const) {
  test(`pail webhook ${args.join(" ")} is refused: ${problem}`, async () => {
    const outcome = await server.cli(["webhook", ...args]);
    assert.equal(outcome.status, status, outcome.stderr);
    assert.match(outcome.stderr, new RegExp(problem));
  });
}
