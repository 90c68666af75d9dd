import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { mirrorFolder } from "./mirror-folder.ts";

const folder = mkdtempSync(join(tmpdir(), "pail-mirror-"));
after(() => rmSync(folder, { recursive: true }));
const [from, to] = [join(folder, "from"), join(folder, "to")];

function write(path: string, text: string): void {
  mkdirSync(join(path, ".."), { recursive: true });
  // As the product does: a new file in the place of the old one.
  rmSync(path, { force: true });
  writeFileSync(path, text);
}

const contentOf = (path: string) =>
  readdirSync(path, { recursive: true, encoding: "utf8" })
    .sort()
    .map((name) =>
      statSync(join(path, name)).isFile() ? `${name}: ${readFileSync(join(path, name), "utf8")}` : name,
    );

test("files and folders that are new, other ones, or gone", () => {
  write(join(from, "a/one"), "one");
  write(join(from, "a/two"), "two");
  write(join(from, "file"), "file");
  mkdirSync(join(from, "empty"));
  mirrorFolder(from, to);
  const wanted = contentOf(from);
  assert.deepEqual(contentOf(to), wanted);
  assert.equal(statSync(join(to, "a/one")).ino, statSync(join(from, "a/one")).ino);
  write(join(to, "a/one"), "ONE");
  write(join(to, "a/new"), "new");
  write(join(to, "b/c/d"), "d");
  rmSync(join(to, "a/two"));
  rmSync(join(to, "empty"), { recursive: true });
  rmSync(join(to, "file"));
  write(join(to, "file/below"), "a folder now");
  mirrorFolder(from, to);
  assert.deepEqual(contentOf(to), wanted);
  assert.deepEqual(contentOf(from), wanted);
});

test("from nothing comes an empty folder", () => {
  mirrorFolder(join(folder, "nothing"), to);
  assert.deepEqual(readdirSync(to), []);
});
