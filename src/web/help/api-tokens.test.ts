import assert from "node:assert/strict";
import { after, test } from "node:test";
import { startTestApp } from "../../../tests/support/server/test-app.ts";
import { openWebClient, signIn } from "../../../tests/support/server/web-client.ts";
import { listHelpAnswers } from "../../storage/sql/help/help-answers.ts";

const app = await startTestApp();
after(() => app.close());
const PATH = "/-/help/api-tokens";

test("the commands are for whoever reads, and for the repository of their choice", async () => {
  const stranger = await openWebClient(app).get(PATH);
  assert.match(stranger.text, /git clone http:\/\/USER_NAME@127\.0\.0\.1:\d+\/WORKSPACE\/REPOSITORY\.git/);
  const { text } = await (await signIn(app, app.owner)).get(`${PATH}?repository=acme/demo`);
  const host = new URL(app.url).host;
  assert.ok(text.includes(`<pre>git clone http://owner@${host}/acme/demo.git</pre>`));
  assert.ok(text.includes(`<pre>git clone http://x-bitbucket-api-token-auth@${host}/acme/demo.git</pre>`));
  assert.ok(text.includes(`&quot;http://owner:$TOKEN@${host}/acme/demo.git&quot;`));
  assert.ok(text.includes("--user &quot;owner@example.com:$TOKEN&quot;"));
  const odd = await openWebClient(app).get(`${PATH}?repository=${encodeURIComponent("a'$(x)/b")}`);
  assert.ok(odd.text.includes("/WORKSPACE/REPOSITORY.git"), "what is no name gets into no command");
});

test("what readers answer is kept for the operator, without the tokens that were pasted into it", async () => {
  const reader = openWebClient(app, "ja");
  const answer = await reader.post(PATH, {
    helpful: "no",
    missing: "How do I use ATATT3xFfGF0abcdefghijk? Ask me@example.com",
  });
  assert.equal(answer.status, 303);
  assert.match((await reader.follow(answer)).text, /ありがとうございます/);
  const signedIn = await signIn(app, app.owner);
  await signedIn.post(PATH, { helpful: "yes" });
  const [latest, first] = await listHelpAnswers(app.ports.database.kysely, 10);
  assert.deepEqual(
    [latest?.isHelpful, latest?.accountUuid, first?.isHelpful, first?.language, first?.missing],
    [true, app.owner.uuid, false, "ja", "How do I use [token]? Ask [e-mail]"],
  );
});

test("an answer without a choice, or a long one, comes back with what is wrong", async () => {
  const reader = openWebClient(app);
  const none = await reader.post(PATH, { missing: "<b>x" });
  assert.equal(none.status, 422);
  assert.match(none.text, /<title>Problem: /);
  assert.match(none.text, /<a href="#helpful-yes">Choose Yes or No\.<\/a>/);
  assert.match(none.text, /&lt;b&gt;x<\/textarea>/);
  const long = await reader.post(PATH, { helpful: "yes", missing: "あ".repeat(1_001) });
  assert.match(long.text, /At most 1,000 characters; these are 1,001\./);
});
