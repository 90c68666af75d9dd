import assert from "node:assert/strict";
import { after, test } from "node:test";
import { startTestApp } from "../../../tests/support/server/test-app.ts";
import { signIn } from "../../../tests/support/server/web-client.ts";
import { CALENDAR_FEEDS_MAX } from "../../model/calendar-feed.ts";
import { SCOPES } from "../../model/scope.ts";
import { createAccount, disableAccount } from "../../operations/accounts/accounts.ts";
import { createApiToken, revokeApiToken } from "../../operations/tokens/api-tokens.ts";
import { listAuditEvents } from "../../storage/sql/audit/audit-events.ts";
import { listCalendarFeeds } from "../../storage/sql/tokens/calendar-feeds.ts";

const app = await startTestApp();
after(() => app.close());

const PATH = "/-/settings/expiry-calendar";
let counter = 0;

async function newAccount() {
  counter += 1;
  return createAccount(app.ports, app.by, { email: `p${counter}@example.com`, username: `p${counter}` });
}

type Account = Awaited<ReturnType<typeof newAccount>>;

async function newToken({ uuid }: Account, name: string, ageDays = 30) {
  const wanted = { accountUuid: uuid, name, scopes: SCOPES, ageDays };
  return (await createApiToken(app.ports, app.by, wanted)).token;
}

async function newFeed(account: Account): Promise<string> {
  const answer = await (await signIn(app, account)).post(PATH);
  assert.equal(answer.status, 200, answer.text);
  assert.match(String(answer.headers["cache-control"]), /no-store/);
  return new URL(/<textarea class="secret"[^>]*>([^<]+)</.exec(answer.text)![1]!).pathname;
}

async function read(path: string) {
  const answer = await fetch(`${app.url}${path}`);
  return { status: answer.status, type: answer.headers.get("content-type"), text: await answer.text() };
}

test("a calendar reads when the tokens of the account end, without a credential", async () => {
  const [account, other] = [await newAccount(), await newAccount()];
  const token = await newToken(account, "ci; a,b\\c\nline");
  await newToken(other, "not mine");
  const revoked = await newToken(account, "revoked");
  await revokeApiToken(app.ports, app.by, revoked.uuid);
  const { status, type, text } = await read(await newFeed(account));
  assert.deepEqual([status, type], [200, "text/calendar; charset=utf-8"]);
  assert.match(text, /^BEGIN:VCALENDAR\r\nVERSION:2\.0\r\n/);
  assert.equal(text.match(/BEGIN:VEVENT/g)?.length, 1);
  assert.ok(text.includes(`UID:${token.uuid}@pail\r\n`));
  const day = token.expiresAt.toISOString().slice(0, 10).replaceAll("-", "");
  assert.ok(text.includes(`DTSTART;VALUE=DATE:${day}\r\n`));
  assert.ok(text.includes("SUMMARY:Token expires: ci\\; a\\,b\\\\c\\nline\r\n"));
  assert.doesNotMatch(text, /not mine|revoked/);
});

test("the page lists the addresses without their secrets, and ends them at once", async () => {
  const account = await newAccount();
  const path = await newFeed(account);
  const browser = await signIn(app, account);
  assert.equal((await read(path)).status, 200);
  const listed = await browser.get(PATH);
  assert.ok(!listed.text.includes(path.split("/").at(-1)!.slice(0, 20)));
  const [feed] = await listCalendarFeeds(app.ports.database.kysely, account.uuid);
  const ended = await browser.post(PATH, { feed: feed!.uuid });
  assert.match((await browser.follow(ended)).text, /The address was ended/);
  assert.equal((await read(path)).status, 404);
  const actions = (
    await listAuditEvents(app.ports.database.kysely, { accountUuid: account.uuid, limit: 100 })
  ).map(({ action }) => action);
  assert.deepEqual(actions.filter((action) => action.startsWith("calendar-feed.")).sort(), [
    "calendar-feed.created",
    "calendar-feed.ended",
  ]);
});

test("nobody ends the address of somebody else", async () => {
  const [account, eve] = [await newAccount(), await newAccount()];
  const path = await newFeed(account);
  const [feed] = await listCalendarFeeds(app.ports.database.kysely, account.uuid);
  assert.equal((await (await signIn(app, eve)).post(PATH, { feed: feed!.uuid })).status, 404);
  assert.equal((await read(path)).status, 200);
});

test("the addresses of a disabled account answer nothing", async () => {
  const account = await newAccount();
  const path = await newFeed(account);
  await disableAccount(app.ports, app.by, account);
  assert.equal((await read(path)).status, 404);
});

test("an account has a bounded number of addresses", async () => {
  const account = await newAccount();
  for (let count = 0; count < CALENDAR_FEEDS_MAX; count += 1) await newFeed(account);
  const browser = await signIn(app, account);
  assert.match((await browser.get(PATH)).text, /as many addresses as an account may have/);
  assert.equal((await browser.post(PATH, {}, { from: "/-/settings/email-aliases" })).status, 409);
});

for (const secret of ["x", "A".repeat(43), "%00", "..%2f", "A".repeat(5_000)])
  test(`nothing is at ${secret.slice(0, 20)}`, async () => {
    assert.ok([400, 404, 414, 431].includes((await read(`/-/calendars/${secret}.ics`)).status));
  });
