// The attack: JSON, names, numbers and queries made to meet a corner of the language: prototypes, depth, halves of characters,
// numbers that are infinite. None is an error of the server, and none changes more than it says.
import assert from "node:assert/strict";
import { test } from "node:test";
import { openDemoRestClient, valueAt, valuesOf } from "../support/clients/rest-client.ts";
import { createFilledRepository } from "../support/git/hosted-repository.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { startPailForFile } from "../support/server/pail-server.ts";
import { serverFaults } from "./hostile-client.ts";

const pail = await startPailForFile();
const rest = openDemoRestClient(pail);
const { workspace } = pail.credentials;
const { repository } = await createFilledRepository(openRealGit(), pail, { commits: 3 });
const DEEP = 10_000;

for (const [why, body, status] of [
  ["10,000 lists within each other", "[".repeat(DEEP) + "]".repeat(DEEP), 400],
  ["10,000 objects within each other", `${'{"a":'.repeat(DEEP)}1${"}".repeat(DEEP)}`, 400],
  ["10,000 brackets that do not close", "[".repeat(DEEP), 400],
  ["half a surrogate pair", '{"name":"\\ud800"}', 400],
  ["the other half", '{"description":"\\udc00x"}', 400],
  ["U+0000", '{"description":"a\\u0000b"}', 400],
  ["an infinite number", '{"description":1e400}', 400],
  ["an object for a text", '{"name":{"toString":"x"}}', 400],
  ["a list for a text", '{"description":["x"]}', 400],
  ["the name of a member of every object", '{"fork_policy":"constructor"}', 400],
  ["a project that is a prototype", '{"project":{"key":"__proto__"}}', 400],
  ["a byte order mark", "\ufeff{}", 400],
  ["a name too long", JSON.stringify({ name: "x".repeat(256) }), 400],
  ["a description too long", JSON.stringify({ description: "x".repeat(65_537) }), 400],
] as const) {
  test(`a body with ${why} is ${status}, and nothing is changed`, async () => {
    const start = pail.logText().length;
    const path = `/repositories/${repository.fullName}`;
    const before = (await rest(path)).text;
    const answer = await rest(path, { method: "PUT", body, headers: { "Content-Type": "application/json" } });
    assert.equal(answer.status, status, answer.text);
    assert.equal((await rest(path)).text, before);
    assert.deepEqual(serverFaults(pail, start), []);
  });
}

test("keys of prototypes in a body set nothing", async () => {
  const path = `/repositories/${workspace}/prototypes`;
  const body =
    '{"__proto__":{"is_private":false,"description":"polluted"},"constructor":{"prototype":{"is_private":false}}}';
  const headers = { "Content-Type": "application/json" };
  const answer = await rest(path, { method: "POST", body, headers });
  assert.equal(answer.status, 200, answer.text);
  for (const name of ["prototypes", "prototypes-2"]) {
    if (name !== "prototypes") await rest(`/repositories/${workspace}/${name}`, { method: "POST", json: {} });
    const made = (await rest(`/repositories/${workspace}/${name}`)).json();
    assert.equal(made.is_private, true);
    assert.equal(made.description, "");
  }
});

test("characters of four bytes are kept as they are", async () => {
  const path = `/repositories/${repository.fullName}`;
  const description = "\u{1F600} \u{10FFFF} \u202e e\u0301 <b> ' \" \\ %00 {x}";
  assert.equal((await rest(path, { method: "PUT", json: { description } })).status, 200);
  assert.equal(valueAt((await rest(path)).json(), "description"), description);
});

const QUERIES = [
  "fields=__proto__",
  "fields=constructor.prototype.x",
  "fields=%2Bvalues.__proto__.x,-values.constructor",
  "fields=-__proto__,*,%2B*",
  `fields=${"a.".repeat(2000)}a`,
  `fields=${"a,".repeat(2000)}a`,
  "fields=%00",
  "fields=%ED%A0%80",
  "fields=",
  "q=__proto__=1",
  "q=constructor=null",
  "q=toString~%22a%22",
  `q=${"(".repeat(4000)}`,
  `q=${"name=%22x%22%20OR%20".repeat(120)}name=%22x%22`,
  "q=name~%22%25%25%25%25%25%25%25%25%25%25%25%25x%22",
  "q=name=%22%F0%9F%98%80%22",
  "q=name=%22%ED%A0%80%22",
  "q=%00",
  "q=size=1e400",
  "q=size%3E1e308",
  "q=created_on%3E0000-01-01",
  "q=created_on%3E9999-12-31T23:59:60Z",
  "q=name%20IN%20()",
  "sort=__proto__",
  "sort=-constructor",
  "sort=toString",
  "sort=name;drop%20table%20ref",
  "role=__proto__",
  "role=constructor",
  "page=1e9",
  "page=0x10",
  "page=-1",
  "page=1.5",
  "page=%EF%BC%91",
  "page=99999999999999999999",
  "page=1000000000&pagelen=100",
  "pagelen=Infinity",
  "page=1&page=2",
  "ctx=__proto__",
  "ctx=%00",
  "include=__proto__&exclude=constructor",
  "include=--all",
  "include=%5Emain",
  "path=%ED%A0%80",
  "a[b][c]=d&__proto__[x]=y",
  `${"x=y&".repeat(3000)}z`,
];

for (const query of QUERIES) {
  test(`?${query.slice(0, 60)} is answered everywhere, and is no error of the server`, async () => {
    const start = pail.logText().length;
    for (const path of [
      `/repositories/${workspace}`,
      `/repositories/${repository.fullName}/commits`,
      `/repositories/${repository.fullName}`,
      "/user/emails",
      "/user/workspaces",
    ]) {
      const answer = await rest(`${path}?${query}`);
      assert.ok(answer.status < 500, `${path}: ${answer.status} ${answer.text}`);
      assert.ok(answer.bytes.length < 256 * 1024, `${answer.bytes.length} bytes`);
    }
    assert.deepEqual(serverFaults(pail, start), []);
  });
}

// Numbers of commits to pass over that a signed integer of 32 bits takes for fewer, or for less than none.
for (const [page, pagelen] of [
  [42_949_674, 100],
  [21_474_838, 100],
  [1_000_000_000, 100],
  [1_000_000_000, 1],
] as const) {
  test(`page ${page} of ${pagelen} commits each is beyond the end and shows none`, async () => {
    const answer = await rest(`/repositories/${repository.fullName}/commits?page=${page}&pagelen=${pagelen}`);
    assert.ok(answer.status === 200 || answer.status === 400, `${answer.status}`);
    if (answer.status === 200) assert.equal(valuesOf(answer.json()).length, 0);
  });
}
