import assert from "node:assert/strict";
import { after, test } from "node:test";
import { openWebhookReceiver } from "../../../../../tests/support/remote-servers/webhook-receiver.ts";
import { addPerson } from "../../../../../tests/support/server/people.ts";
import { startTestApp } from "../../../../../tests/support/server/test-app.ts";
import { signIn } from "../../../../../tests/support/server/web-client.ts";
import type { RepositorySlug } from "../../../../model/slug.ts";
import { createRepository } from "../../../../operations/repositories/repositories.ts";
import { findAccountByUsername } from "../../../../storage/sql/accounts/accounts.ts";
import { listWebhooks } from "../../../../storage/sql/webhooks/webhooks.ts";

const receiver = await openWebhookReceiver();
const app = await startTestApp({ mayReachPrivateAddresses: true });
const owner = await signIn(app, app.owner);
const japanese = await signIn(app, app.owner, "ja");
await addPerson(app, "writer", "write");
const writer = await signIn(app, (await findAccountByUsername(app.ports.database.kysely, "writer"))!);
after(() => app.close());

const OF_WORKSPACE = "/acme/workspace/settings/webhooks";
const OF_REPOSITORY = "/acme/demo/admin/webhooks";

async function only(path: string) {
  const subject =
    path === OF_WORKSPACE
      ? ({ kind: "workspace", uuid: app.workspace.uuid } as const)
      : ({ kind: "repository", uuid: app.repository.uuid } as const);
  const { values } = await listWebhooks(app.ports.database.kysely, subject, { page: 1, pagelen: 10 });
  assert.equal(values.length, 1);
  return values[0]!;
}

for (const path of [OF_REPOSITORY, OF_WORKSPACE]) {
  test(`${path}: a webhook is added, shown escaped, changed without losing its secret, and deleted`, async () => {
    assert.match((await owner.get(path)).text, /No webhooks yet/);
    assert.match((await japanese.get(path)).text, /Webhook はまだありません/);
    const url = `https://ann:hidden-word@ci.example.com/a?b='"><script>x</script>`.replaceAll(
      /["<>]/g,
      (each) => encodeURIComponent(each),
    );
    const fields = {
      url,
      description: `"><img src=x>`,
      event: ["repo:push"],
      active: "yes",
      secret: "s3cret",
    };
    assert.equal((await owner.post(`${path}/new`, fields)).status, 303);
    const hook = await only(path);
    const list = (await owner.get(path)).text;
    assert.match(list, /&quot;&gt;&lt;img src=x&gt;/);
    assert.doesNotMatch(list, /<img src=x|hidden-word|s3cret|<script>x/);
    const edit = await owner.get(`${path}/${hook.uuid}/edit`);
    assert.doesNotMatch(edit.text, /s3cret/);
    const changed = { url, description: "", event: ["repo:push", "repo:fork"], active: "yes" };
    assert.equal((await owner.post(`${path}/${hook.uuid}/edit`, changed)).status, 303);
    const after = await only(path);
    assert.equal(after.secret?.reveal(), "s3cret");
    assert.deepEqual(after.events, ["repo:fork", "repo:push"]);
    await owner.post(`${path}/${hook.uuid}/edit`, { ...changed, "remove-secret": "yes" });
    assert.equal((await only(path)).secret, undefined);
    assert.match((await owner.get(`${path}/${hook.uuid}/delete`)).text, /Delete this webhook\?/);
    assert.equal((await owner.post(`${path}/${hook.uuid}/delete`)).status, 303);
    assert.equal((await owner.get(`${path}/${hook.uuid}`)).status, 404);
  });
}

for (const [why, fields, message] of [
  ["a script", { url: "javascript:alert(1)", event: "repo:push" }, /Enter an <code>http/],
  ["a quote and a space", { url: `https://x/" onload="x`, event: "repo:push" }, /Enter an <code>http/],
  ["no event", { url: "https://ci.example.com/" }, /Choose at least one event/],
  [
    "an unknown event",
    { url: "https://ci.example.com/", event: "repo:nothing" },
    /Choose at least one event/,
  ],
  [
    "a long secret",
    { url: "https://ci.example.com/", event: "repo:push", secret: "x".repeat(129) },
    /At most 128/,
  ],
] as const) {
  test(`a webhook with ${why} is refused at its field, and comes back escaped`, async () => {
    const { status, text } = await owner.post(`${OF_REPOSITORY}/new`, fields);
    assert.equal(status, 422);
    assert.match(text, message);
    assert.doesNotMatch(text, /onload="x|<a [^>]*javascript:/);
  });
}

test("a delivery shows what was sent and answered, and is made once more", async () => {
  await owner.post(`${OF_WORKSPACE}/new`, {
    url: receiver.url("/page"),
    event: ["repo:created"],
    active: "yes",
    secret: "s3cret",
  });
  const hook = await only(OF_WORKSPACE);
  const { workspace, project } = app;
  receiver.answer("/page", 404);
  await createRepository(app.ports, app.by, { workspace, project, slug: "told" as RepositorySlug });
  await receiver.take("/page", 1);
  const own = `${OF_WORKSPACE}/${hook.uuid}`;
  let list = "";
  while (!/Not delivered/.test(list)) list = (await owner.get(own)).text.replace(/<nav[\s\S]*?<\/nav>/g, "");
  const path = /href="([^"]*\/deliveries\/[^"]*)"/.exec(list)![1]!;
  const one = (await owner.get(path)).text;
  assert.match(one, /x-hub-signature: sha256=…/);
  assert.match(one, /x-attempt-number: 1/);
  assert.match(one, /&quot;full_name&quot;: &quot;acme\/told&quot;/);
  assert.match(one, /<b>404<\/b>/);
  assert.doesNotMatch(one, /s3cret/);
  assert.match((await japanese.get(path)).text, /リクエストヘッダー/);
  const again = await owner.post(path);
  assert.equal(again.status, 303);
  const [, second] = await receiver.take("/page", 2);
  assert.equal(second!.json.repository.full_name, "acme/told");
  assert.match((await owner.follow(again)).text, /delivered again/);
  assert.equal((await owner.get(`${own}?state=pending&before=x&after=-1`)).status, 200);
  assert.equal((await owner.get(`${own}/deliveries/${hook.uuid}`)).status, 404);
});

test("a webhook of another repository is not found under this one", async () => {
  const hook = await only(OF_WORKSPACE);
  for (const below of ["", "/edit", "/delete"])
    assert.equal((await owner.get(`${OF_REPOSITORY}/${hook.uuid}${below}`)).status, 404, below);
});

test("who may write opens none of the pages", async () => {
  for (const path of [OF_REPOSITORY, `${OF_REPOSITORY}/new`, OF_WORKSPACE, `${OF_WORKSPACE}/new`])
    assert.ok([403, 404].includes((await writer.get(path)).status), path);
});
