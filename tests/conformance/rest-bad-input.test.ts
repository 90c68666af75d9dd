import assert from "node:assert/strict";
import { test } from "node:test";
import { objectAt, openDemoRestClient, valuesOf } from "../support/clients/rest-client.ts";
import { createFilledRepository } from "../support/git/hosted-repository.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { startPailForFile } from "../support/server/pail-server.ts";

const pail = await startPailForFile();
const git = openRealGit();
const { credentials } = pail;
const rest = openDemoRestClient(pail);
const list = `/repositories/${credentials.workspace}`;
const { repository } = await createFilledRepository(git, pail);
const one = `/repositories/${repository.fullName}`;

let slugs = 0;

/** A path where nothing is yet. A test that fails and creates it all the same stands in no other test's way. */
function newPath(): string {
  slugs += 1;
  return `${list}/never-created-${slugs}`;
}

for (const [why, body] of [
  ["is not JSON", "{not json"],
  ["ends too early", '{"scm": "git"'],
  ["is a list", "[]"],
  ["is a string", '"git"'],
  ["is a number", "7"],
  ["is null", "null"],
] as const) {
  test(`a body that ${why} is 400, and nothing is created`, async () => {
    const headers = { "Content-Type": "application/json" };
    const path = newPath();
    const answer = await rest(path, { method: "POST", body, headers });
    assert.equal(answer.status, 400, answer.text);
    assert.equal(answer.json().type, "error");
    assert.equal((await rest(path)).status, 404);
  });
}

for (const [field, value] of [
  ["is_private", "yes"],
  ["is_private", 1],
  ["description", { raw: "object" }],
  ["name", 5],
  ["name", ["list"]],
  ["scm", "hg"],
  ["scm", 1],
  ["fork_policy", "whatever"],
  ["has_issues", "no"],
  ["project", "DEMO"],
  ["project", { key: 7 }],
] as const) {
  test(`${field}: ${JSON.stringify(value)} is 400 that names the field, and nothing is created`, async () => {
    const path = newPath();
    const answer = await rest(path, { method: "POST", json: { [field]: value } });
    assert.equal(answer.status, 400, answer.text);
    const fields = Object.keys(objectAt(answer.json(), "error.fields"));
    assert.ok(
      fields.some((name) => name === field || name.startsWith(`${field}.`)),
      answer.text,
    );
    assert.equal((await rest(path)).status, 404);
  });
}

for (const segment of ["..", "%2e%2e", "a%2F..%2Fb", "a..%2Fb", "nul%00byte", "%zz", "%", "%C3%28"]) {
  test(`the path segment ${segment} is 400, in reading and in writing`, async () => {
    for (const method of ["GET", "POST"]) {
      const answer = await rest(`${list}/${segment}`, { method });
      assert.equal(answer.status, 400, `${method}: ${answer.text}`);
    }
  });
}

test("a line end in a path makes no header and no repository", async () => {
  for (const method of ["GET", "POST"]) {
    const answer = await rest(`${list}/a%0d%0aX-Evil:1`, { method });
    assert.ok(answer.status === 400 || answer.status === 404, `${method}: ${answer.text}`);
    assert.equal(answer.headers["x-evil"], undefined);
  }
});

test("a name with slashes, NUL or dots alone makes no slug and is 400", async () => {
  for (const name of ["", "..", "/", "\u0000", "   ", "x".repeat(2000)]) {
    const answer = await rest(one, { method: "PUT", json: { name } });
    assert.equal(answer.status, 400, `${JSON.stringify(name.slice(0, 9))}: ${answer.text}`);
  }
  assert.equal((await rest(one)).json().slug, repository.slug);
});

for (const [query, message] of [
  ["page=-1", "Invalid page"],
  ["page=0", "Invalid page"],
  ["page=abc", "Invalid page"],
  ["page=1e9", "Invalid page"],
  ["page=99999999999999999999", "Invalid page"],
  ["pagelen=0", "Invalid pagelen"],
  ["pagelen=-5", "Invalid pagelen"],
  ["pagelen=101", "Invalid pagelen"],
  ["pagelen=ten", "Invalid pagelen"],
  ["pagelen=", "Invalid pagelen"],
] as const) {
  test(`?${query} is 400 ${message}`, async () => {
    const answer = await rest(`${list}?${query}`);
    assert.equal(answer.status, 400, answer.text);
    assert.match(String(objectAt(answer.json(), "error").message), new RegExp(message));
  });
}

test("a pagelen over the limit is 400 for commits too", async () => {
  const answer = await rest(`${one}/commits?pagelen=101`);
  assert.equal(answer.status, 400, answer.text);
  assert.match(answer.text, /Invalid pagelen/);
});

for (const q of [
  "name",
  "name =",
  'name = "open',
  'name == "x"',
  '= "x"',
  'name="a" and',
  'name="a" or or name="b"',
  '(name="a"',
  'name="a")',
  "name IN ()",
  'name IN ("a"',
  "name ~ 5",
  "created_on > yesterday",
  'name="a" %00',
  `${"(".repeat(5000)}name="a"${")".repeat(5000)}`,
]) {
  test(`q=${q.slice(0, 40)} is 400 and says where it stopped`, async () => {
    const text = q.includes("%00") ? encodeURIComponent(q).replace("%2500", "%00") : encodeURIComponent(q);
    const answer = await rest(`${list}?q=${text}`);
    assert.equal(answer.status, 400, answer.text);
    const { error } = answer.json();
    assert.match(JSON.stringify(error), /column|does not support filtering|limit|at most|"fields"/i);
  });
}

test("an empty q is no q", async () => {
  assert.equal((await rest(`${list}?q=`)).status, 200);
});

for (const [parameter, text] of [
  ["q", 'nonsense="x"'],
  ["q", 'links.self.href="x"'],
  ["sort", "nonsense"],
  ["sort", "name; drop table repositories"],
] as const) {
  test(`${parameter}=${text} is 400 that names what cannot be used`, async () => {
    const answer = await rest(`${list}?${parameter}=${encodeURIComponent(text)}`);
    assert.equal(answer.status, 400, answer.text);
    assert.match(answer.text, new RegExp(`${text.split(/[=;.]/)[0]}|"fields":\\{"${parameter}"`));
  });
}

test("quotes, percent signs and underscores in q are letters and nothing more", async () => {
  for (const text of ["%", "_", "'", "' or 1=1 --", '\\"', "\u{1faa3}"]) {
    const q = encodeURIComponent(`name~"${text}"`);
    const answer = await rest(`${list}?q=${q}`);
    assert.equal(answer.status, 200, `${text}: ${answer.text}`);
    assert.deepEqual(valuesOf(answer.json()), [], text);
  }
});

test("an oversized body is refused with the limit in the text", async () => {
  const path = newPath();
  const json = { scm: "git", description: "x".repeat(32 * 1024 * 1024) };
  const answer = await rest(path, { method: "POST", json }).catch((error: unknown) => error);
  // A server may close the connection before the client has sent all of it.
  if (answer instanceof Error) assert.match(String(answer), /ECONNRESET|EPIPE/);
  else {
    const { status, text } = answer as { status: number; text: string };
    assert.equal(status, 413, text);
    assert.match(text, /\d+ ?(bytes|[KM]i?B)/);
  }
  assert.equal((await rest(path)).status, 404);
});

for (const method of ["GET", "HEAD"])
  for (const size of [40, 128])
    test(`an oversized header of ${size} KiB is refused, of ${method} too`, async () => {
      const answer = await rest("/user", { method, headers: { "X-Long": "x".repeat(size * 1024) } });
      assert.equal(answer.status, 431, answer.text);
    });

test("a content type that the operation cannot read is refused", async () => {
  const path = newPath();
  const headers = { "Content-Type": "application/xml" };
  const answer = await rest(path, { method: "POST", body: "<a/>", headers });
  assert.ok(answer.status === 415 || answer.status === 400, `${answer.status} ${answer.text}`);
  assert.equal((await rest(path)).status, 404);
});

test("a path that leaves the repository is 4xx for commits, never an error of the server", async () => {
  for (const path of ["../x", "/etc/passwd", ":(exclude)x", "a%00b", "%zz"]) {
    const answer = await rest(`${one}/commits?path=${path}`);
    assert.ok(answer.status < 500, `${path}: ${answer.status} ${answer.text}`);
    if (answer.status === 200) assert.deepEqual(valuesOf(answer.json()), [], path);
  }
});

test("whatever was sent, the server says of none of it that the fault is its own", () => {
  assert.doesNotMatch(pail.logText(), /"(?:res\.)?status(?:_?code|Code)?":5\d\d/);
});
