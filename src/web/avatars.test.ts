import assert from "node:assert/strict";
import { test } from "node:test";
import { startFilledApp } from "../../tests/support/server/filled-app.ts";

const { app, rest } = await startFilledApp();

async function draw(url: string) {
  const answer = await fetch(url);
  return { status: answer.status, type: answer.headers.get("content-type"), text: await answer.text() };
}

test("the links of answers lead to pictures: one for each name, always the same", async () => {
  const repository = (await rest("GET", "")).json;
  const links: readonly string[] = [
    repository.links.avatar.href,
    repository.owner.links.avatar.href,
    repository.workspace.links.avatar.href,
    repository.project.links.avatar.href,
    (await rest("GET", "/../../../user")).json.links.avatar.href,
  ];
  const drawn = await Promise.all(links.map(draw));
  for (const { status, type, text } of drawn) {
    assert.deepEqual([status, type], [200, "image/svg+xml"]);
    assert.match(text, /^<svg [^>]+>.*<\/svg>$/);
  }
  assert.equal((await draw(links[0]!)).text, drawn[0]!.text);
  assert.notEqual(drawn[0]!.text, drawn[3]!.text);
});

test("a picture says nothing of what is there, and has nothing of the name in it", async () => {
  const private_ = await draw(`${app.url}/acme/demo/avatar/`);
  const missing = await draw(`${app.url}/acme/nothing/avatar/`);
  assert.deepEqual([private_.status, private_.type], [missing.status, missing.type]);
  const odd = await draw(`${app.url}/account/${encodeURIComponent('"><script>alert(1)</script>')}/avatar/`);
  assert.equal(odd.status, 200);
  assert.ok(!odd.text.includes("script"));
  const size = await draw(`${app.url}/account/x/avatar/32`);
  assert.equal(size.text, (await draw(`${app.url}/account/X/avatar/`)).text);
});
