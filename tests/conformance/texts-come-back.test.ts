import assert from "node:assert/strict";
import { after, test } from "node:test";
import { basic } from "../support/clients/http-request.ts";
import { createMigratedDatabaseSettings } from "../support/database/test-database.ts";
import { startFilledApp } from "../support/server/filled-app.ts";

/** Texts of which one or another reader changes something: ends, case, line ends, composition, escapes, what cannot be seen. */
const TEXTS = [
  "plain",
  " spaces at both ends ",
  "\ttab and line end\n",
  "two  spaces",
  "MiXeD CaSe İıſK",
  "a\r\nb\rc\n\nd",
  "caf\u00e9 composed",
  "cafe\u0301 decomposed",
  "\u1e9b\u0323 \ufb01 \uff41",
  "%2F%20+&amp;<b>\"'`\\",
  "{repository.name} $&{x} %s",
  "\ufeffmark first",
  "line\u2028paragraph\u2029next\u0085",
  "zero\u200bwidth \u202eturned\u202c",
  "\u{1f600}\u{1f1e9}\u{1f1ea}",
  "trailing\\",
];
const URLS = [
  "https://example.com",
  "https://example.com/",
  "HTTPS://Example.COM:443/A/../b",
  "http://example.com:80",
  "https://example.com/a%2fb%2Fc?q=%7e&x=a+b#Frag",
  "https://example.com?x",
  "https://example.com/caf\u00e9/\u{1f600}",
  "https://b\u00fccher.example/",
  "https://user:pa%3ass@example.com/x",
  "https:example.com",
  "https:\\\\example.com\\a",
  "https:///example.com",
  " https://example.com/ ",
  "https://example.com/a\nb",
  "https://example.com/a\tb",
  "https://example.com/a b",
  "https://exa\u0000mple.com/",
  "https://example.com/\ud800",
  "javascript:alert(1)",
  "ftp://example.com/",
  "",
];

type Place = {
  readonly what: string;
  readonly method: string;
  readonly path: string;
  readonly values: readonly string[];
  body(value: string, number: number): unknown;
  /** Where the answer has it. */
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into as clients do.
  shown(json: any): unknown;
  /** Where it is read again. Undefined: where it was written. */
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into as clients do.
  again?(json: any, number: number): string;
  /** What an empty text is shown as. */
  readonly empty?: unknown;
};

// Both are started before the first test is named: what a file does after its tests is done when none is left.
const started = [];
for (const kind of ["sqlite", "postgres"] as const) {
  const testDatabase = await createMigratedDatabaseSettings(kind);
  const filled = await startFilledApp({ database: testDatabase.settings });
  after(() => testDatabase.remove());
  const id = await filled.commit({ "a.txt": "a\n" }, "First");
  await filled.git.out(["push", "--quiet", "origin", "main"], { folder: filled.folder });
  started.push({ kind, id, app: filled.app, rest: filled.rest });
}

for (const { kind, id, app, rest } of started) {
  const at = `/commit/${id}`;
  const report = { title: "t", details: "d", report_type: "TEST" };
  const annotation = { annotation_type: "BUG", summary: "s" };
  const status = { key: "key", state: "FAILED", url: "https://example.com/" };
  const hook = { url: "https://example.com/", events: ["repo:push"] };
  const absent = undefined;

  const places: readonly Place[] = [
    ...(["url", "description"] as const).flatMap((field): Place[] => [
      {
        what: `${field} of a new webhook`,
        method: "POST",
        path: "/hooks",
        values: field === "url" ? URLS : TEXTS,
        body: (value) => ({ ...hook, [field]: value }),
        shown: (json) => json[field],
        again: (json) => `/hooks/${json.uuid}`,
      },
    ]),
    ...(["description", "website", "language"] as const).map(
      (field): Place => ({
        what: `${field} of a repository`,
        method: "PUT",
        path: "",
        values: field === "website" ? URLS : TEXTS,
        body: (value) => ({ [field]: value }),
        shown: (json) => json[field],
      }),
    ),
    ...(["name", "description", "url", "refname"] as const).map(
      (field): Place => ({
        what: `${field} of a build status`,
        method: "POST",
        path: `${at}/statuses/build`,
        values: field === "url" ? URLS : TEXTS,
        body: (value) => ({ ...status, [field]: value }),
        shown: (json) => json[field],
        again: () => `${at}/statuses/build/key`,
        ...(field === "refname" ? { empty: null } : {}),
      }),
    ),
    {
      what: "key of a build status",
      method: "POST",
      path: `${at}/statuses/build`,
      values: TEXTS,
      body: (value) => ({ ...status, key: value }),
      shown: (json) => json.key,
      again: (json) => `${at}/statuses/build/${encodeURIComponent(json.key)}`,
    },
    {
      what: "a comment",
      method: "POST",
      path: `${at}/comments`,
      values: TEXTS,
      body: (value) => ({ content: { raw: value } }),
      shown: (json) => json.content.raw,
      again: (json) => `${at}/comments/${json.id}`,
    },
    {
      what: "path of a comment",
      method: "POST",
      path: `${at}/comments`,
      values: TEXTS,
      body: (value) => ({ content: { raw: "x" }, inline: { path: value, to: 1 } }),
      shown: (json) => json.inline.path,
      again: (json) => `${at}/comments/${json.id}`,
    },
    ...(["title", "details", "reporter", "link", "logo_url"] as const).map(
      (field): Place => ({
        what: `${field} of a report`,
        method: "PUT",
        path: `${at}/reports/one`,
        values: field === "link" || field === "logo_url" ? URLS : TEXTS,
        body: (value) => ({ ...report, [field]: value }),
        shown: (json) => json[field],
        empty: absent,
      }),
    ),
    {
      what: "data of a report",
      method: "PUT",
      path: `${at}/reports/one`,
      values: TEXTS,
      body: (value) => ({ ...report, data: [{ type: "TEXT", title: value, value }] }),
      shown: (json) => (json.data[0].title === json.data[0].value ? json.data[0].value : "differ"),
    },
    {
      what: "link in the data of a report",
      method: "PUT",
      path: `${at}/reports/one`,
      values: URLS,
      body: (value) => ({
        ...report,
        data: [{ type: "LINK", title: "x", value: { text: "x", href: value } }],
      }),
      shown: (json) => json.data[0].value.href,
    },
    ...(["summary", "details", "path", "link"] as const).map(
      (field): Place => ({
        what: `${field} of an annotation`,
        method: "PUT",
        path: `${at}/reports/one/annotations/a`,
        values: field === "link" ? URLS : TEXTS,
        body: (value) => ({ ...annotation, [field]: value }),
        shown: (json) => json[field],
        empty: absent,
      }),
    ),
    {
      what: "pattern of a branch restriction",
      method: "POST",
      path: "/branch-restrictions",
      values: TEXTS,
      body: (value) => ({ kind: "force", pattern: value }),
      shown: (json) => json.pattern,
      again: (json) => `/branch-restrictions/${json.id}`,
    },
    {
      what: "prefix in a branching model",
      method: "PUT",
      path: "/branching-model/settings",
      values: TEXTS,
      body: (value) => ({ branch_types: [{ kind: "feature", prefix: value }] }),
      shown: (json) => json.branch_types.find((type: { kind: string }) => type.kind === "feature").prefix,
    },
    {
      what: "name of a branch",
      method: "POST",
      path: "/refs/branches",
      values: TEXTS,
      body: (value) => ({ name: value, target: { hash: id } }),
      shown: (json) => json.name,
      again: (json) => `/refs/branches/${encodeURIComponent(json.name)}`,
    },
    {
      what: "message of a tag",
      method: "POST",
      path: "/refs/tags",
      values: TEXTS,
      body: (value, number) => ({ name: `t${number}`, target: { hash: id }, message: value }),
      shown: (json) => json.message,
      again: (_json, number) => `/refs/tags/t${number}`,
    },
    ...(["name", "description"] as const).map(
      (field): Place => ({
        what: `${field} of a project`,
        method: "PUT",
        path: `${app.url}/2.0/workspaces/acme/projects/PROJ`,
        values: TEXTS,
        body: (value) => ({ name: "n", [field]: value }),
        shown: (json) => json[field],
      }),
    ),
  ];

  for (const each of places) {
    const { what, method, path, values, body, shown, again } = each;
    const empty = "empty" in each ? each.empty : "";
    test(`${kind}: ${what} comes back as it was sent, or is refused`, async () => {
      const outcomes = { kept: 0, refused: 0 };
      for (const [number, value] of values.entries()) {
        const written = await rest(method, path, body(value, number));
        const shownValue = JSON.stringify(value);
        if (written.status === 400) {
          outcomes.refused += 1;
          continue;
        }
        assert.ok(
          written.status >= 200 && written.status < 300,
          `${shownValue}: ${written.status} ${written.text}`,
        );
        const expected = value === "" ? empty : value;
        assert.equal(shown(written.json), expected, `${shownValue}: as it was answered`);
        const read = await rest("GET", again?.(written.json, number) ?? path);
        assert.equal(read.status, 200, read.text);
        assert.equal(shown(read.json), expected, `${shownValue}: as it is read`);
        outcomes.kept += 1;
      }
      assert.ok(outcomes.kept > 0, "nothing was taken");
    });
  }
}

test("a form has its words for true and false in any case", async () => {
  const { app, rest } = await startFilledApp();
  const authorization = basic("owner@example.com", await app.token());
  for (const [word, status, isPrivate] of [
    ["False", 200, false],
    ["True", 200, true],
    ["FALSE", 200, false],
    ["no", 400, false],
  ] as const) {
    const headers = { authorization, "content-type": "application/x-www-form-urlencoded" };
    const url = `${app.url}/2.0/repositories/acme/demo`;
    assert.equal((await fetch(url, { method: "PUT", headers, body: `is_private=${word}` })).status, status);
    assert.equal((await rest("GET", "")).json.is_private, isPrivate, word);
  }
});

test("a body that is not UTF-8 is refused, and not stored with replacement characters", async () => {
  const { app, rest } = await startFilledApp();
  const authorization = basic("owner@example.com", await app.token());
  for (const [contentType, body, status] of [
    ["application/json", Buffer.from('{"description":"caf\u00e9"}', "latin1"), 400],
    ["application/json", Buffer.from('{"description":"\xed\xa0\x80"}', "latin1"), 400],
    ["application/json", Buffer.from('{"description":"caf\u00e9"}'), 200],
    ["application/x-www-form-urlencoded", Buffer.from("description=caf%E9"), 400],
    ["application/x-www-form-urlencoded", Buffer.from("description=caf\u00e9", "latin1"), 400],
    ["application/x-www-form-urlencoded", Buffer.from("description=100%25+%+%zz+caf%C3%A9"), 200],
  ] as const) {
    const answer = await fetch(`${app.url}/2.0/repositories/acme/demo`, {
      method: "PUT",
      headers: { authorization, "content-type": contentType },
      body,
    });
    assert.equal(answer.status, status, `${contentType}: ${body.toString("latin1")}`);
    const shown = (await answer.json()) as { error: { fields: unknown } };
    if (status === 400) assert.deepEqual(shown.error.fields, { body: ["not UTF-8"] });
  }
  assert.equal((await rest("GET", "")).json.description, "100% % %zz caf\u00e9");
});
