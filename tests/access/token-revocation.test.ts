import assert from "node:assert/strict";
import { test } from "node:test";
import { REVOCATION_BODY_BYTES_MAX, TOKEN_REVOCATION_PATH } from "../../src/own-routes/token-revocation.ts";
import { basic, sendRequest } from "../support/clients/http-request.ts";
import { createToken, inventToken } from "../support/examples/accounts.ts";
import { waitUntil, workerProcesses } from "../support/processes/process-table.ts";
import { startPailForFile } from "../support/server/pail-server.ts";

const WORKERS = 3;
/** Each on a connection of its own: (2/3)^60 is the chance that one of the processes gets none. */
const CONNECTIONS = 60;

const pail = await startPailForFile({ args: ["--workers", String(WORKERS)] });
await waitUntil("all workers serve", () => workerProcesses(pail.processId).length === WORKERS - 1);
const { credentials } = pail;

async function statuses(token: string): Promise<number[]> {
  const headers = { authorization: basic(credentials.email, token), connection: "close" };
  const answers = Array.from({ length: CONNECTIONS }, () =>
    sendRequest(credentials.url, "/2.0/user", { headers }),
  );
  return [...new Set((await Promise.all(answers)).map((answer) => answer.status))];
}

function post(body: string, contentType = "application/json", headers: Record<string, string> = {}) {
  return sendRequest(credentials.url, TOKEN_REVOCATION_PATH, {
    method: "POST",
    headers: { "content-type": contentType, ...headers },
    body,
  });
}

const newToken = () => createToken(pail, credentials.email, ["read:user:bitbucket"]);

test("a token that is posted is revoked at once, in every process", { timeout: 600_000 }, async () => {
  const { text, id } = await newToken();
  assert.deepEqual(await statuses(text), [200]);
  const answer = await post(JSON.stringify({ token: text }));
  assert.deepEqual([answer.status, answer.text], [204, ""]);
  assert.deepEqual(await statuses(text), [401]);
  const { stdout } = await pail.cli(["token", "show", id, "--json"]);
  assert.notEqual((JSON.parse(stdout) as { revoked_on?: string | null }).revoked_on ?? null, null);
});

test("it may come in a form, with white space that pasting has left", async () => {
  const { text } = await newToken();
  const form = new URLSearchParams({ token: `\n ${text} \n` }).toString();
  assert.equal((await post(form, "application/x-www-form-urlencoded")).status, 204);
  assert.deepEqual(await statuses(text), [401]);
});

test("the answer is the same for tokens that are alive, revoked, expired and unknown", async () => {
  const { text } = await newToken();
  const answers = [];
  for (const token of [text, text, credentials.token_expired, inventToken()]) {
    const { status, headers, text: body } = await post(JSON.stringify({ token }));
    const { date, "x-request-id": id, ...rest } = headers as Record<string, unknown>;
    assert.ok(date !== undefined && id !== undefined);
    answers.push({ status, body, rest });
  }
  assert.equal(answers[0]!.status, 204);
  for (const answer of answers) assert.deepEqual(answer, answers[0]);
});

test("a credential beside it changes nothing, and is not what is revoked", async () => {
  const [found, other] = [await newToken(), await newToken()];
  for (const authorization of [basic(credentials.email, other.text), basic("x", "y"), "Bearer nothing"]) {
    const { status } = await post(JSON.stringify({ token: found.text }), "application/json", {
      authorization,
    });
    assert.equal(status, 204);
  }
  assert.deepEqual(await statuses(other.text), [200]);
  assert.deepEqual(await statuses(found.text), [401]);
});

test("what cannot be a token is refused, and revokes nothing", async () => {
  const { text } = await newToken();
  const json = "application/json";
  for (const [why, body, contentType, status] of [
    ["no body", "", json, 400],
    ["no JSON", "{", json, 400],
    ["no token", "{}", json, 400],
    ["a number", '{"token":7}', json, 400],
    ["a list of tokens", JSON.stringify({ token: [text] }), json, 400],
    ["the token as the whole body", JSON.stringify(text), json, 400],
    ["a cut token", JSON.stringify({ token: text.slice(0, -1) }), json, 400],
    ["a token of another kind", JSON.stringify({ token: `ATCTT${text.slice(5)}` }), json, 400],
    ["another content type", text, "text/plain", 415],
    ["a body at the limit", `{"token":"${"x".repeat(REVOCATION_BODY_BYTES_MAX - 12)}"}`, json, 400],
    ["a body beyond the limit", `{"token":"${"x".repeat(REVOCATION_BODY_BYTES_MAX - 11)}"}`, json, 413],
  ] as const) {
    const answer = await post(body, contentType);
    assert.equal(answer.status, status, `${why}: ${answer.text}`);
    assert.ok(!answer.text.includes(text.slice(20, 60)), `${why}: repeats what was sent`);
  }
  const query = await sendRequest(
    credentials.url,
    `${TOKEN_REVOCATION_PATH}?token=${encodeURIComponent(text)}`,
    {
      method: "POST",
    },
  );
  assert.equal(query.status, 400, "a token in the query is none");
  assert.equal((await sendRequest(credentials.url, TOKEN_REVOCATION_PATH)).status, 405);
  assert.deepEqual(await statuses(text), [200]);
});

test("the log has the id of what was revoked, and nothing of any token", async () => {
  const { text, id } = await newToken();
  await post(JSON.stringify({ token: text }));
  await post(JSON.stringify({ token: text.slice(0, -1) }));
  const lines = () =>
    pail
      .logText()
      .split("\n")
      .filter((line) => line.includes(TOKEN_REVOCATION_PATH));
  await waitUntil("the revocation is logged", () => lines().some((line) => line.includes(id)));
  assert.ok(!pail.logText().includes(text.slice(12, 40)));
  assert.ok(!/ATATT3xFfGF0/.test(pail.logText()));
});
