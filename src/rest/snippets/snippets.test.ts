import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import {
  BOUNDARY,
  fieldPart,
  multipartBody,
  type RawPart,
} from "../../../tests/support/clients/form-client.ts";
import {
  createCaller,
  ownerOf,
  type RestCaller,
  restAs,
} from "../../../tests/support/clients/rest-callers.ts";
import { startTestApp, type TestApp } from "../../../tests/support/server/test-app.ts";
import { listKeptRepositories } from "../../../tests/support/storage/kept-repositories.ts";
import { setMember } from "../../operations/workspaces/workspaces.ts";

let app: TestApp;
let owner: RestCaller;

before(async () => {
  app = await startTestApp();
  owner = await ownerOf(app);
});
after(() => app.close());

type Sent = { readonly type?: string; readonly parts?: readonly RawPart[]; readonly accept?: string };

/** Sends a multipart body, by default a form. */
async function send(method: string, path: string, { type = "form-data", parts = [], accept }: Sent) {
  const answer = await fetch(`${app.url}/2.0${path}`, {
    method,
    redirect: "manual",
    headers: {
      authorization: owner.authorization,
      ...(method === "GET" ? {} : { "content-type": `multipart/${type}; boundary="${BOUNDARY}"` }),
      ...(accept === undefined ? {} : { accept }),
    },
    ...(method === "GET" ? {} : { body: new Uint8Array(multipartBody(parts)) }),
  });
  const bytes = Buffer.from(await answer.arrayBuffer());
  const isJson = answer.headers.get("content-type")?.startsWith("application/json") === true;
  return {
    status: answer.status,
    headers: answer.headers,
    bytes,
    text: bytes.toString(),
    json: isJson ? JSON.parse(bytes.toString()) : undefined,
  };
}

function file(name: string, content: string | Buffer): RawPart {
  return { headers: [`Content-Disposition: form-data; name="file"; filename="${name}"`], content };
}

function related(headers: readonly string[], content: string | Buffer): RawPart {
  return { headers, content };
}

async function create(...parts: readonly RawPart[]) {
  const made = await send("POST", "/snippets/acme", { parts });
  assert.equal(made.status, 201, made.text);
  return { ...made.json, path: `/snippets/acme/${made.json.id}` };
}

/** The text of each file, by its name. */
async function filesOf(path: string): Promise<Readonly<Record<string, string>>> {
  const { files } = (await owner.rest("GET", path)).json;
  const texts = Object.entries<{ links: { self: { href: string } } }>(files).map(
    async ([name, { links }]) => [name, (await owner.rest("GET", links.self.href)).text] as const,
  );
  return Object.fromEntries(await Promise.all(texts));
}

async function commitsOf(path: string): Promise<readonly { readonly hash: string }[]> {
  return (await owner.rest("GET", `${path}/commits`)).json.values;
}

test("a form makes a snippet: what it answers, where it is, and who made its commit", async () => {
  const answer = await send("POST", "/snippets/acme", {
    parts: [
      file("foo.txt", "foo\n"),
      file("docs/é.png", Buffer.from([0x89, 0, 255])),
      fieldPart("title", "My snippet"),
      fieldPart("is_private", "False"),
      fieldPart("scm", "git"),
    ],
  });
  assert.equal(answer.status, 201);
  const { id, files, links, owner: team, creator, ...rest } = answer.json;
  assert.match(id, /^[A-Za-z0-9]{4,7}$/);
  const self = `${app.url}/2.0/snippets/acme/${id}`;
  assert.equal(answer.headers.get("location"), self);
  const [{ hash, author, message, snippet, type }] = (await owner.rest("GET", `${self}/commits`)).json.values;
  assert.deepEqual(files["docs/é.png"].links, {
    self: { href: `${self}/${hash}/files/docs/%C3%A9.png` },
    html: { href: `${app.url}/snippets/acme/${id}#file-docs%2F%C3%A9.png` },
  });
  assert.deepEqual(
    { ...rest, created_on: "", updated_on: "" },
    { type: "snippet", title: "My snippet", scm: "git", is_private: false, created_on: "", updated_on: "" },
  );
  assert.deepEqual(
    [team.type, team.username, creator.type, creator.display_name],
    ["team", "acme", "user", "Olive Owner"],
  );
  assert.deepEqual(links.clone, [
    { name: "https", href: `${app.url}/snippets/acme/${id}/my-snippet.git` },
    { name: "ssh", href: `git@127.0.0.1:snippets/acme/${id}/my-snippet.git` },
  ]);
  assert.deepEqual(
    [type, author.raw, message],
    ["snippet_commit", "Olive Owner <owner@example.com>", "Create the snippet"],
  );
  assert.deepEqual(Object.keys(snippet), ["type", "id", "title", "links"]);
  const raw = await send("GET", `/snippets/acme/${id}/${hash}/files/docs/%C3%A9.png`, {});
  assert.deepEqual(
    [raw.status, raw.headers.get("content-type"), raw.headers.get("content-disposition"), [...raw.bytes]],
    [200, "image/png", `attachment; filename="_.png"; filename*=UTF-8''%C3%A9.png`, [0x89, 0, 255]],
  );
  const latest = await send("GET", `/snippets/acme/${id}/files/foo.txt`, {});
  assert.deepEqual([latest.status, latest.headers.get("location")], [302, `${self}/${hash}/files/foo.txt`]);
  assert.equal((await send("GET", `/snippets/acme/${id}/files/none`, {})).status, 404);
});

test("without a workspace it goes to the caller's own; without anything it is empty, private, and takes files later", async () => {
  const { status, json } = await owner.rest("POST", "/snippets");
  assert.deepEqual(
    [status, json.owner.username, json.title, json.is_private, json.files],
    [201, "acme", "", true, {}],
  );
  const path = `/snippets/acme/${json.id}`;
  assert.deepEqual(await commitsOf(path), []);
  assert.equal((await owner.rest("GET", `${path}/files/a`)).status, 404);
  assert.equal((await send("PUT", path, { parts: [file("a", "1")] })).status, 200);
  assert.deepEqual(await filesOf(path), { a: "1" });
  const stranger = await createCaller(app, "homeless");
  assert.equal((await stranger.rest("POST", "/snippets")).status, 404);
});

test("files in the metadata alone count as those of a form do", async () => {
  const names = Array.from({ length: 1_001 }, (_, at) => [`f${at}`, { content: "x" }]);
  const refused = await owner.rest("POST", "/snippets/acme", { files: Object.fromEntries(names) });
  assert.equal(refused.status, 413, refused.text);
  assert.match(refused.text, /more files than the limit of 1000/);
});

describe("multipart/related", () => {
  const metadata = JSON.stringify({
    title: "Related",
    is_private: true,
    files: { "foo.txt": {}, "image.png": {} },
  });
  const root = related(
    ['Content-Type: application/json; charset="utf-8"', "Content-ID: <snippet>"],
    metadata,
  );
  const text = related(['Content-ID: "foo.txt"', "Content-Transfer-Encoding: 7bit"], "foo");
  const image = related(
    [
      'Content-ID: "other"',
      "Content-Transfer-Encoding: base64",
      'Content-Disposition: attachment; filename="image.png"',
    ],
    "iVBORw0KGgoA\r\nAAANSUhEUgA=\r\n",
  );

  for (const [why, type, parts] of [
    ["the metadata first", "related", [root, text, image]],
    ["the metadata where start says", 'related; start="<snippet>"', [image, text, root]],
  ] as const) {
    test(why, async () => {
      const made = await send("POST", "/snippets/acme", { type, parts });
      assert.equal(made.status, 201, made.text);
      const path = `/snippets/acme/${made.json.id}`;
      assert.equal(made.json.title, "Related");
      const stored = await send("GET", `${path}/HEAD/files/image.png`, {});
      assert.equal(stored.bytes.toString("base64"), "iVBORw0KGgoAAAANSUhEUgA=");
      const whole = await send("GET", path, { accept: "multipart/related" });
      assert.match(
        whole.headers.get("content-type") ?? "",
        /^multipart\/related; start="snippet"; boundary="/,
      );
      // What is read can be sent as it is.
      const again = await fetch(`${app.url}/2.0/snippets/acme`, {
        method: "POST",
        headers: { authorization: owner.authorization, "content-type": whole.headers.get("content-type")! },
        body: new Uint8Array(whole.bytes),
      });
      const copy = (await again.json()) as { id: string };
      assert.equal(again.status, 201);
      assert.deepEqual(await filesOf(`/snippets/acme/${copy.id}`), await filesOf(path));
    });
  }

  test("a form of the whole has its title and its files", async () => {
    const { path } = await create(file("a.txt", "text"), fieldPart("title", "T"));
    const { text, headers } = await send("GET", path, { accept: "multipart/form-data" });
    const form = await new Response(text, {
      headers: { "content-type": headers.get("content-type")! },
    }).formData();
    const sent = form.get("file") as File;
    const shown = [form.get("title"), form.get("is_private"), sent.name, await sent.text()];
    assert.deepEqual(shown, ["T", "true", "a.txt", "text"]);
  });
});

test("PUT changes what it names, in one commit, and leaves the rest", async () => {
  const { path } = await create(
    file("a.txt", "a"),
    file("b.txt", "b"),
    file("c.txt", "c"),
    fieldPart("title", "Old"),
  );
  // Title alone: no new version.
  assert.equal((await owner.rest("PUT", path, { title: "New" })).json.title, "New");
  assert.equal((await commitsOf(path)).length, 1);
  // A rename, a deletion and a title, at once.
  const parts = [
    file("d.txt", "a"),
    fieldPart("files", "a.txt"),
    fieldPart("files", "b.txt"),
    fieldPart("title", "Newer"),
  ];
  assert.equal((await send("PUT", path, { parts })).json.title, "Newer");
  assert.equal((await commitsOf(path)).length, 2);
  assert.deepEqual(await filesOf(path), { "c.txt": "c", "d.txt": "a" });
  // JSON: null deletes, what is sent as it was read stays, and content is taken.
  const body = { title: null, files: { "c.txt": null, "d.txt": { links: {} }, "e.txt": { content: "e" } } };
  const { json } = await owner.rest("PUT", path, body);
  assert.deepEqual([json.title, await filesOf(path)], ["", { "d.txt": "a", "e.txt": "e" }]);
  // multipart/related: what is named and not sent is deleted.
  const root = related(["Content-Type: application/json"], JSON.stringify({ files: { "d.txt": {} } }));
  assert.equal((await send("PUT", path, { type: "related", parts: [root] })).status, 200);
  assert.deepEqual(await filesOf(path), { "e.txt": "e" });
  const [tip, before, , first] = await commitsOf(path);
  assert.deepEqual(Object.keys((await owner.rest("GET", `${path}/${first!.hash}`)).json.files), [
    "a.txt",
    "b.txt",
    "c.txt",
  ]);
  const diff = await owner.rest("GET", `${path}/${tip!.hash}/diff`);
  assert.match(diff.text, /^diff --git a\/d\.txt b\/d\.txt\ndeleted file/);
  assert.equal((await owner.rest("GET", `${path}/${tip!.hash}/diff?path=e.txt`)).text, "");
  assert.match((await owner.rest("GET", `${path}/${before!.hash}/patch`)).text, /^From [0-9a-f]{40} /);
  assert.equal(
    (await owner.rest("GET", `${path}/commits/${before!.hash.slice(0, 8)}`)).json.hash,
    before!.hash,
  );
});

test("a revision that is not the latest changes and deletes nothing: 405", async () => {
  const { path } = await create(file("a", "1"));
  const [first] = await commitsOf(path);
  assert.equal((await send("PUT", `${path}/${first!.hash}`, { parts: [file("a", "2")] })).status, 200);
  for (const [method, body] of [
    ["PUT", { title: "late" }],
    ["PUT", { files: { a: { content: "late" } } }],
    ["DELETE", undefined],
  ] as const)
    assert.equal((await owner.rest(method, `${path}/${first!.hash}`, body)).status, 405);
  assert.equal((await owner.rest("PUT", `${path}/${"0".repeat(40)}`, {})).status, 404);
  assert.deepEqual([await filesOf(path), (await owner.rest("GET", path)).json.title], [{ a: "2" }, ""]);
  const [tip] = await commitsOf(path);
  assert.equal((await owner.rest("DELETE", `${path}/${tip!.hash}`)).status, 204);
  for (const gone of [path, `${path}/comments`, `${path}/${tip!.hash}/files/a`])
    assert.equal((await owner.rest("GET", gone)).status, 404);
});

test("a spec names nothing beyond the snippet, whatever else its reader may see", async () => {
  const { path } = await create(file("a", "1"));
  for (const spec of ["acme%2Fdemo:main", "HEAD..acme%2Fdemo:main", "acme%2Fdemo:main..HEAD"])
    for (const kind of ["diff", "patch"])
      assert.equal((await owner.rest("GET", `${path}/${spec}/${kind}`)).status, 404);
});

for (const [why, parts, status] of [
  ["a name in .git", [file(".git/config", "x")], 400],
  ["a name that leads out", [file("../x", "x")], 400],
  ["a name with a control character", [file("a\u0007b", "x")], 400],
  ["the same name twice", [file("a", "x"), file("a", "y")], 400],
  ["a file without a name", [fieldPart("file", "x")], 400],
  ["an unknown field", [fieldPart("colour", "red")], 400],
  ["another scm", [fieldPart("scm", "hg")], 400],
  ["a title that is too long", [fieldPart("title", "t".repeat(256))], 400],
  ["a visibility that is none", [fieldPart("is_private", "maybe")], 400],
  ["a deletion of what is not there", [fieldPart("files", "none")], 400],
  [
    "base64 that is none",
    [{ headers: [...file("a", "").headers, "Content-Transfer-Encoding: base64"], content: "!" }],
    400,
  ],
] as const) {
  test(`refuses ${why}, and leaves nothing`, async () => {
    const before = (await owner.rest("GET", "/snippets/acme")).json.size;
    const folders = (await listKeptRepositories(app.ports)).length;
    const { json, ...answer } = await send("POST", "/snippets/acme", { parts });
    assert.equal(answer.status, status, answer.text);
    assert.equal(Object.keys(json.error.fields ?? {}).length, 1, answer.text);
    assert.equal((await owner.rest("GET", "/snippets/acme")).json.size, before);
    assert.equal((await listKeptRepositories(app.ports)).length, folders);
  });
}

test("who sees and changes what: visibility, membership, comments and watching", async () => {
  const member = await createCaller(app, "member");
  const stranger = await createCaller(app, "stranger");
  await setMember(app.ports, app.by, app.workspace, member.account, "member", "none");
  const nobody = restAs(app);
  const open = await create(file("a", "1"), fieldPart("is_private", "false"));
  const closed = await create(file("a", "1"));
  assert.equal((await nobody("GET", open.path)).status, 200);
  assert.equal((await nobody("GET", closed.path)).status, 404);
  assert.equal((await stranger.rest("GET", closed.path)).status, 404);
  assert.equal((await nobody("PUT", open.path, { title: "x" })).status, 401);
  assert.equal((await stranger.rest("PUT", open.path, { title: "x" })).status, 403);
  assert.equal((await stranger.rest("DELETE", open.path)).status, 403);
  assert.equal((await member.rest("PUT", closed.path, { title: "By a member" })).status, 200);
  const idsFor = async (rest: RestCaller["rest"], query = "") =>
    (await rest("GET", `/snippets/acme?pagelen=100${query}`)).json.values.map(({ id }: { id: string }) => id);
  assert.deepEqual(
    [(await idsFor(nobody)).includes(open.id), (await idsFor(nobody)).includes(closed.id)],
    [true, false],
  );
  assert.equal((await idsFor(member.rest)).includes(closed.id), true);
  assert.deepEqual(await idsFor(member.rest, "&role=owner"), []);
  assert.equal((await member.rest("GET", "/snippets/acme?role=admin")).status, 400);

  // Comments: whoever sees it writes; the author changes; author, creator and owners of the workspace delete.
  const comments = `${open.path}/comments`;
  const content = { raw: "*Nice*" };
  const first = await stranger.rest("POST", comments, { content });
  assert.deepEqual([first.status, first.json.type, first.json.snippet.id], [201, "snippet_comment", open.id]);
  const at = first.headers.get("location")!;
  assert.match(first.json.content.html, /<em>Nice<\/em>/);
  const reply = await member.rest("POST", comments, {
    content: { raw: "reply" },
    parent: { id: first.json.id },
  });
  assert.equal(reply.json.parent.id, first.json.id);
  assert.equal((await nobody("POST", comments, { content })).status, 401);
  assert.equal((await stranger.rest("POST", `${closed.path}/comments`, { content })).status, 404);
  assert.equal((await member.rest("PUT", at, { content: { raw: "x" } })).status, 403);
  assert.equal((await stranger.rest("PUT", at, { content: { raw: "Better" } })).json.content.raw, "Better");
  assert.equal((await member.rest("DELETE", at)).status, 403);
  assert.equal((await owner.rest("DELETE", at)).status, 204);
  const listed = (await nobody("GET", `${comments}?sort=-id`)).json;
  assert.deepEqual(
    listed.values.map(({ id, deleted }: { id: number; deleted: boolean }) => [id, deleted]),
    [
      [reply.json.id, false],
      [first.json.id, true],
    ],
  );
  assert.equal((await nobody("GET", `${closed.path}/comments/${first.json.id}`)).status, 404);
  assert.equal((await owner.rest("GET", `${closed.path}/comments/${first.json.id}`)).status, 404);

  // Watching.
  const watch = `${open.path}/watch`;
  assert.deepEqual([(await nobody("GET", watch)).status, (await nobody("PUT", watch)).status], [404, 401]);
  assert.equal((await stranger.rest("GET", watch)).status, 404);
  for (const _ of [1, 2]) assert.equal((await stranger.rest("PUT", watch)).status, 204);
  assert.equal((await stranger.rest("GET", watch)).status, 204);
  assert.deepEqual(await idsFor(stranger.rest, "&role=contributor"), [open.id]);
  const watchers = (await nobody("GET", `${open.path}/watchers`)).json;
  assert.deepEqual([watchers.size, watchers.values[0].display_name], [1, stranger.account.displayName]);
  assert.equal((await stranger.rest("DELETE", watch)).status, 204);
  assert.equal((await stranger.rest("GET", watch)).status, 404);
});
