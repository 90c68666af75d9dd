import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { ObjectId } from "../../model/object-id.ts";
import { SMALL_BYTES_MAX } from "./pack-file.ts";
import { openPackReader } from "./pack-reader.ts";

const folder = mkdtempSync(join(tmpdir(), "pail-packs-"));
const reader = openPackReader(60_000);
after(() => {
  reader.close();
  rmSync(folder, { recursive: true });
});

function git(args: readonly string[], input?: string | Buffer): Buffer {
  return execFileSync("git", ["-C", folder, ...args], {
    input,
    maxBuffer: 2 ** 30,
    stdio: ["pipe", "pipe", "ignore"],
  });
}

const lines = (size: number, seed: number) =>
  Array.from({ length: size }, (_, line) => `${line} ${(line * 7919 * seed) % 1_000_003}\n`).join("");

/** Files that grow, so that their versions become chains of deltas, and one on each side of the limit. */
function importHistory(): void {
  const parts: string[] = [];
  const blob = (text: string) => `data ${text.length}\n${text}\n`;
  for (let commit = 0; commit < 120; commit += 1) {
    parts.push(`commit refs/heads/main\ncommitter A <a@example.com> ${1_700_000_000 + commit} +0000\n`);
    parts.push(blob(`number ${commit}`));
    parts.push(`M 100644 inline grows\n${blob(lines(200 + commit, 1))}`);
    parts.push(`M 100644 inline dir${commit % 5}/file\n${blob(lines(40, commit + 1))}`);
  }
  parts.push(`commit refs/heads/main\ncommitter A <a@example.com> 1800000000 +0000\n${blob("sizes")}`);
  for (const size of [0, 1, SMALL_BYTES_MAX, SMALL_BYTES_MAX + 1])
    parts.push(`M 100644 inline size${size}\n${blob(lines(20_000, 3).slice(0, size))}`);
  parts.push(`tag v1\nfrom refs/heads/main\ntagger A <a@example.com> 1800000001 +0000\n${blob("a tag")}`);
  git(["fast-import", "--quiet"], parts.join(""));
}

git(["init", "--quiet", "--bare"]);
importHistory();

type Listed = { readonly id: ObjectId; readonly type: string; readonly content: Buffer };

/** All objects, as git reads them. */
function readAllByGit(): Listed[] {
  const output = git(["cat-file", "--batch", "--batch-all-objects", "--unordered"]);
  const objects: Listed[] = [];
  for (let at = 0; at < output.length; ) {
    const end = output.indexOf("\n", at);
    const [id, type, size] = output.toString("latin1", at, end).split(" ");
    objects.push({
      id: id as ObjectId,
      type: type!,
      content: output.subarray(end + 1, end + 1 + Number(size)),
    });
    at = end + 2 + Number(size);
  }
  return objects;
}

function requireSameAsGit(): void {
  const objects = readAllByGit();
  assert.ok(objects.length > 500);
  for (const { id, type, content } of objects) {
    const found = reader.find(folder, id);
    if (content.length > SMALL_BYTES_MAX) assert.equal(found, undefined);
    else assert.ok(found?.type === type && found.content.equals(content), `${type} ${id}`);
  }
}

for (const [how, ...settings] of [
  ["with deltas that name their bases by offset", "repack.useDeltaBaseOffset=true"],
  ["with deltas that name their bases by id", "repack.useDeltaBaseOffset=false"],
] as const) {
  test(`reads what git reads out of packs ${how}, also after a repack under it`, () => {
    const configured = settings.flatMap((setting) => ["-c", setting]);
    git([...configured, "repack", "-a", "-d", "-f", "-q", "--depth=40"]);
    requireSameAsGit();
    const index = join(folder, "objects", "pack");
    const [name] = readdirSync(index).filter((file) => file.endsWith(".idx"));
    const listing = git(["verify-pack", "-v", join(index, name!)]).toString();
    assert.match(listing, /chain length = [2-9]|chain length = \d\d/);
  });
}

test("finds what a new pack has at once, and nothing that is not packed, not there, or no id", () => {
  const pushed = git(["hash-object", "-w", "--stdin"], "pushed").toString().trim() as ObjectId;
  assert.equal(reader.find(folder, pushed), undefined);
  git(["pack-objects", "-q", join(folder, "objects", "pack", "pack")], `${pushed}\n`);
  assert.equal(reader.find(folder, pushed)?.content.toString(), "pushed");
  assert.equal(reader.find(folder, "0".repeat(40) as ObjectId), undefined);
  assert.equal(reader.find(folder, "f".repeat(64) as ObjectId), undefined);
  assert.equal(reader.find(join(folder, "nowhere"), pushed), undefined);
});

test("leaves what is damaged to git, whatever byte it is", () => {
  git(["repack", "-a", "-d", "-q"]);
  const objects = readAllByGit().filter(({ type }) => type === "commit");
  const packFolder = join(folder, "objects", "pack");
  const [pack] = readdirSync(packFolder).filter((name) => name.endsWith(".pack"));
  const whole = execFileSync("cat", [join(packFolder, pack!)]);
  const broken = Buffer.from(whole);
  for (let at = 12; at < broken.length; at += 97) broken[at] = broken[at]! ^ 0x55;
  let left = 0;
  for (const bytes of [broken, whole.subarray(0, whole.length / 2)]) {
    rmSync(join(packFolder, pack!), { force: true });
    writeFileSync(join(packFolder, pack!), bytes);
    truncateSync(join(packFolder, pack!), bytes.length);
    reader.forget(folder);
    for (const { id, content } of objects) {
      const found = reader.find(folder, id);
      if (found === undefined) left += 1;
      assert.ok(found === undefined || found.content.equals(content));
    }
  }
  assert.ok(left > 0);
});
