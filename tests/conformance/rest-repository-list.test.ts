import assert from "node:assert/strict";
import { test } from "node:test";
import {
  assertKeys,
  type Json,
  openDemoRestClient,
  openRestClient,
  valuesOf,
} from "../support/clients/rest-client.ts";
import { createFilledRepository } from "../support/git/hosted-repository.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { startPailForFile } from "../support/server/pail-server.ts";

const pail = await startPailForFile();
const git = openRealGit();
const { credentials } = pail;
const rest = openDemoRestClient(pail);
const anonymous = openRestClient(pail, undefined);
const list = `/repositories/${credentials.workspace}`;
const COUNT = 12;

for (let number = 1; number <= COUNT; number += 1) {
  const slug = `item-${String(number).padStart(2, "0")}`;
  const json = { scm: "git", is_private: number % 2 === 0, description: `Number ${number}` };
  const answer = await rest(`${list}/${slug}`, { method: "POST", json });
  assert.equal(answer.status, 200, answer.text);
}
const ITEMS = 'q=slug~"item-"';

function query(text: string): string {
  return text
    .split("&")
    .map((pair) => {
      const at = pair.indexOf("=");
      return `${pair.slice(0, at)}=${encodeURIComponent(pair.slice(at + 1))}`;
    })
    .join("&");
}

async function slugs(text: string): Promise<readonly unknown[]> {
  const answer = await rest(`${list}?${query(text)}`);
  assert.equal(answer.status, 200, `${text}: ${answer.text}`);
  return valuesOf(answer.json()).map(({ slug }) => slug);
}

function items(...numbers: readonly number[]): readonly string[] {
  return numbers.map((number) => `item-${String(number).padStart(2, "0")}`);
}

test("the list is a page of 10 with size, page and next", async () => {
  const page = (await rest(list)).json();
  assertKeys(page, ["size", "page", "pagelen", "next", "values"]);
  assert.deepEqual([page.size, page.page, page.pagelen], [COUNT + 1, 1, 10]);
  assert.ok(!("previous" in page));
  assert.ok(!("type" in page));
  assertKeys(valuesOf(page)[0] ?? {}, [
    "type",
    "uuid",
    "full_name",
    "slug",
    "links",
    "mainbranch",
    "workspace",
  ]);
});

test("next leads through every repository once, keeps the query, and the last page has none", async () => {
  const seen: unknown[] = [];
  let path: string | undefined = `${list}?${query(`${ITEMS}&sort=-slug&pagelen=5`)}`;
  let pages = 0;
  let last: Json = {};
  while (path !== undefined) {
    last = (await rest(path)).json();
    pages += 1;
    assert.deepEqual([last.pagelen, last.page, last.size], [5, pages, COUNT]);
    seen.push(...valuesOf(last).map(({ slug }) => slug));
    path = typeof last.next === "string" ? last.next : undefined;
  }
  assert.equal(pages, 3);
  assert.deepEqual(seen, [...items(12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1)]);
  assert.equal(typeof last.previous, "string");
});

test("pagelen may be anything from 1 to 100", async () => {
  for (const pagelen of [1, 50, 100]) {
    const page = (await rest(`${list}?pagelen=${pagelen}`)).json();
    assert.equal(page.pagelen, pagelen);
    assert.equal(valuesOf(page).length, Math.min(pagelen, COUNT + 1));
  }
});

test("a page beyond the last is empty or not there, and never an error of the server", async () => {
  const answer = await rest(`${list}?page=1000`);
  assert.ok(answer.status === 200 || answer.status === 404 || answer.status === 400, answer.text);
  if (answer.status === 200) assert.deepEqual(answer.json().values, []);
});

for (const [text, expected] of [
  ['q=slug="item-03"', items(3)],
  ['q=name~"ITEM-0" and is_private=true&sort=slug', items(2, 4, 6, 8)],
  ['q=slug~"item-" AND (slug~"11" OR description="Number 12")&sort=slug', items(11, 12)],
  ['q=slug~"item-" and slug!~"item-0"&sort=-slug', items(12, 11, 10)],
  ['q=slug IN ("item-05", "item-01", "none")&sort=slug', items(1, 5)],
  ['q=slug~"item-" and slug NOT IN ("item-01") and slug<="item-03"&sort=slug', items(2, 3)],
  ['q=slug>"item-10" and slug~"item"&sort=slug', items(11, 12)],
  ['q=slug="item-04" and created_on>2020-01-01', items(4)],
  ['q=slug="item-04" and created_on<2020-01-01T00:00:00+00:00', []],
  ['q=slug~"item-01" and parent=null', items(1)],
  ['q=slug="item-02" and scm!="git"', []],
] as const) {
  test(`${text} finds ${expected.length}`, async () => {
    assert.deepEqual(await slugs(text), expected);
  });
}

for (const [text, expected] of [
  ["sort=slug", items(1, 2)],
  ["sort=-slug", items(12, 11)],
  ["sort=created_on", items(1, 2)],
  ["sort=-created_on", items(12, 11)],
] as const) {
  test(`${text} orders the list`, async () => {
    assert.deepEqual((await slugs(`${ITEMS}&${text}`)).slice(0, 2), expected);
  });
}

test("role narrows the list to what the caller may do", async () => {
  for (const role of ["owner", "admin", "contributor", "member"]) {
    const answer = await rest(`${list}?role=${role}`);
    assert.equal(answer.status, 200, `${role}: ${answer.text}`);
    assert.equal(answer.json().size, COUNT + 1, role);
  }
  const wrong = await rest(`${list}?role=emperor`);
  assert.equal(wrong.status, 400, wrong.text);
  assert.match(wrong.text, /role/);
});

test("nobody in particular sees the public ones", async () => {
  const page = (await anonymous(`${list}?${query(`${ITEMS}&sort=slug`)}`)).json();
  assert.deepEqual(
    valuesOf(page).map(({ slug }) => slug),
    items(1, 3, 5, 7, 9, 11),
  );
  assert.equal(page.size, 6, "the size does not tell how many are hidden");
});

test("fields keeps, removes and adds, in the envelope too", async () => {
  const only = (await rest(`${list}?${query("fields=values.slug,next&pagelen=1")}`)).json();
  assert.deepEqual(Object.keys(only).sort(), ["next", "values"]);
  for (const value of valuesOf(only)) assert.deepEqual(Object.keys(value), ["slug"]);
  assert.match(String(only.next), /fields=values\.slug/);

  const without = (await rest(`${list}?${query("fields=-values.links,-size")}`)).json();
  assert.ok(!("size" in without));
  for (const value of valuesOf(without)) {
    assert.ok(!("links" in value));
    assertKeys(value, ["slug", "uuid", "type"]);
  }

  const emptied = (await rest(`${list}?${query("fields=-values.links.*")}`)).json();
  for (const value of valuesOf(emptied)) assert.deepEqual(value.links, {});

  const unknown = await rest(`${list}?${query("fields=values.slug,values.nonsense,nonsense")}`);
  assert.equal(unknown.status, 200);
  for (const value of valuesOf(unknown.json())) assert.deepEqual(Object.keys(value), ["slug"]);
});

test("the list by the workspace's uuid keeps the uuid in next", async () => {
  const uuid = String((await rest(`/workspaces/${credentials.workspace}`)).json().uuid);
  const encoded = uuid.replace("{", "%7B").replace("}", "%7D");
  const page = (await rest(`/repositories/${encoded}?pagelen=1`)).json();
  assert.ok(String(page.next).includes(encoded), String(page.next));
});

test("a filled repository shows its main branch in the list", async () => {
  const { repository } = await createFilledRepository(git, pail);
  const page = (await rest(`${list}?${query(`q=slug="${repository.slug}"`)}`)).json();
  assert.deepEqual(valuesOf(page)[0]?.mainbranch, { type: "branch", name: "main" });
  await rest(`/repositories/${repository.fullName}`, { method: "DELETE" });
});
