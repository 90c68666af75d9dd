import assert from "node:assert/strict";
import { test } from "node:test";
import { type ClientUnderTest, unlessServed } from "./client-under-test.ts";

const POST_SRC = "POST /repositories/{}/{}/src";
const POST_DOWNLOADS = "POST /repositories/{}/{}/downloads";

/** Files in commits, and files for download. */
export function callSource(client: ClientUnderTest, ids: readonly string[]): void {
  const { app, git, url, where, call, refuse, upload } = client;
  const { kysely } = app.ports.database;

  /** A file of the tip of a branch, fetched by git. */
  async function pushedFile(branch: string, path: string): Promise<string> {
    const folder = git.newPath("look.git");
    await git.out(["clone", "--quiet", "--bare", url, folder]);
    return git.out(["--git-dir", folder, "show", `${branch}:${path}`]);
  }

  test("the client reads the root, folders, files and the history of a file", async () => {
    const root = await call("source.readRoot", where);
    assert.ok(root.data.values.some((value: { path: string }) => value.path === "README.md"));
    const at = { ...where, commit: ids[2] };
    // The client writes the slash of a path as %2F.
    assert.equal((await call("source.read", { ...at, path: "src/b.txt" })).data, "b\n");
    const meta = await call("source.read", { ...at, path: "src/b.txt", format: "meta" });
    assert.deepEqual([meta.data.type, meta.data.size], ["commit_file", 2]);
    const folder = await call("source.read", { ...at, path: "src/", max_depth: 2 });
    assert.deepEqual(
      folder.data.values.map((value: { path: string }) => value.path),
      ["src/b.txt"],
    );
    const history = await call("source.listHistory", { ...at, path: "README.md" });
    assert.deepEqual(
      history.data.values.map((value: { commit: { hash: string } }) => value.commit.hash),
      [ids[1], ids[0]],
    );
  });

  test("the client commits files as a form", { skip: unlessServed(POST_SRC) }, async () => {
    const made = await call("source.createFileCommit", {
      ...where,
      branch: "by-form",
      message: "By a form",
      author: "Ann Author <ann@example.test>",
      parents: ids[2],
      "docs/new file.txt": "ä & =\n",
    });
    assert.equal(made.status, 201);
    assert.equal(await pushedFile("by-form", "docs/new file.txt"), "ä & =");
    assert.equal(await pushedFile("by-form", "src/b.txt"), "b", "what was there is kept");
  });

  test("the client commits files as multipart", { skip: unlessServed(POST_SRC) }, async () => {
    const _body = new FormData();
    _body.append("docs/first.txt", new Blob(["first\n"]), "first.txt");
    // Without a line end: the standard has FormData write those of plain text as CR LF.
    _body.append("docs/second.txt", "second");
    _body.append("files", "README.md");
    const made = await upload("source.createFileCommit", {
      ...where,
      _body,
      branch: "by-parts",
      message: "By parts",
    });
    assert.equal(made.status, 201);
    assert.equal(await pushedFile("by-parts", "docs/first.txt"), "first");
    assert.equal(await pushedFile("by-parts", "docs/second.txt"), "second");
    await assert.rejects(pushedFile("by-parts", "README.md"), "what is named in files only is deleted");
  });

  const file = { ...where, filename: "uploaded (1).bin" };

  test("the client finds no downloads where there are none", async () => {
    assert.equal((await call("downloads.list", where)).data.size, 0);
    assert.equal(await refuse("downloads.get", file), 404);
    assert.equal(await refuse("downloads.delete", file), 404);
  });

  test("the client uploads, lists, fetches and deletes a download", {
    skip: unlessServed(POST_DOWNLOADS),
  }, async () => {
    const rows = () => kysely.selectFrom("download").select(["name", "size_bytes"]).execute();
    const _body = new FormData();
    _body.append("files", new Blob(["bytes"]), file.filename);
    assert.equal((await upload("downloads.create", { ...where, _body })).status, 201);
    assert.deepEqual(await rows(), [{ name: file.filename, size_bytes: 5 }]);
    assert.equal((await call("downloads.list", where)).data.size, 1);
    assert.equal(Buffer.from((await call("downloads.get", file)).data).toString(), "bytes");
    assert.equal((await call("downloads.delete", file)).status, 204);
    assert.deepEqual(await rows(), []);
  });
}
