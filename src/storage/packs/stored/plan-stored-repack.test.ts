import assert from "node:assert/strict";
import { test } from "node:test";
import { GRAPHLESS_PACK_BYTES_MAX, PACKS_MAX } from "../../../git/packs/maintain.ts";
import type { LivePack, PackLook } from "../../sql/stored-objects/packs.ts";
import type { ObjectName } from "../../sql/stored-objects/stored-objects.ts";
import { needsStoredMaintenance } from "./needs-stored-maintenance.ts";
import { planStoredRepack } from "./plan-stored-repack.ts";

let made = 0;

function pack(bytes: number, changes: Partial<LivePack> = {}): LivePack {
  made += 1;
  return {
    name: String(made).padStart(40, "0") as ObjectName,
    kind: "push",
    objects: 1,
    addedGeneration: made,
    dropNumber: 0,
    bytes,
    sha256: Buffer.alloc(32),
    sections: { pack: bytes, idx: 1 },
    names: 1,
    namedAt: new Date(0),
    isInline: false,
    ...changes,
  };
}

const base = (bytes: number, changes: Partial<LivePack> = {}) =>
  pack(bytes, { kind: "base", sections: { pack: bytes, bitmap: 1, idx: 1 }, ...changes });
const graph = () => pack(1, { kind: "graph", sections: { graph: 1 } });
const many = (count: number, changes: Partial<LivePack> = {}) =>
  Array.from({ length: count }, () => pack(1, changes));

function lookAt(packs: readonly LivePack[], isFork = false): PackLook {
  return { packGeneration: made, dropNumber: 0, isFork, packs };
}

const LARGE = GRAPHLESS_PACK_BYTES_MAX + 1;
const SHARED = { names: 2 };

for (const [what, look, needs] of [
  ["nothing", lookAt([]), false],
  ["as many packs as may be", lookAt(many(PACKS_MAX)), false],
  ["one more", lookAt(many(PACKS_MAX + 1)), true],
  ["a large pack without a commit graph", lookAt([pack(LARGE)]), true],
  ["a large pack after the commit graph", lookAt([graph(), pack(LARGE)]), true],
  ["a large pack before the commit graph", lookAt([pack(LARGE), graph()]), false],
  ["a base that was given to it after its commit graph", lookAt([graph(), base(LARGE)]), false],
  ["unreachable objects alone", lookAt([pack(LARGE, { kind: "cruft" })]), false],
  ["a fork without a commit graph", lookAt([base(LARGE, SHARED)], true), true],
  ["many packs that are shared", lookAt(many(PACKS_MAX + 1, SHARED)), true],
  ["a fork of them", lookAt(many(PACKS_MAX + 1, SHARED), true), false],
  [
    "a fork of them with as many of its own",
    lookAt([...many(40, SHARED), ...many(PACKS_MAX + 1)], true),
    true,
  ],
] as const)
  test(`${what}: maintenance is ${needs ? "" : "not "}needed`, () => {
    assert.equal(needsStoredMaintenance(look), needs);
  });

for (const [what, look, kind, keptCount] of [
  ["packs without bitmaps", lookAt(many(3)), "full", 0],
  ["a base and smaller packs", lookAt([base(10), ...many(9)]), "geometric", 0],
  ["a base and packs as large", lookAt([base(10), ...many(10)]), "full", 0],
  ["a base and unreachable objects", lookAt([base(10), pack(99, { kind: "cruft" })]), "geometric", 0],
  ["a shared base and packs of its own", lookAt([base(10, SHARED), ...many(9)]), "geometric", 1],
  ["shared packs without bitmaps", lookAt(many(3, SHARED)), "full", 0],
  ["a fork of them", lookAt([...many(3, SHARED), ...many(3)], true), "geometric", 3],
  ["a fork with more of its own", lookAt([...many(3, SHARED), ...many(4)], true), "full", 0],
  ["a fork that shares nothing any more", lookAt(many(3), true), "full", 0],
  ["a base and too many shared packs", lookAt([base(99), ...many(PACKS_MAX + 1, SHARED)]), "full", 0],
] as const)
  test(`${what}: the repack is ${kind}`, () => {
    const plan = planStoredRepack(look);
    assert.deepEqual([plan.kind, plan.kept.length], [kind, keptCount]);
  });
