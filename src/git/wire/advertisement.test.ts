import assert from "node:assert/strict";
import { test } from "node:test";
import type { Ref } from "../../model/ref.ts";
import { type BranchName, REF_NAME_BYTES_MAX } from "../../model/ref-name.ts";
import { fetchAdvertisement, pushAdvertisement } from "./advertisement.ts";
import { parsePacket } from "./packet.ts";

const ONE = "1".repeat(40);
const TWO = "2".repeat(40);

/** Each packet as text, the first with what stands behind its zero byte cut off. */
function packetsOf(answer: Buffer): readonly string[] {
  const packets: string[] = [];
  for (let at = 0; at < answer.length; ) {
    const { packet, end } = parsePacket(answer, at)!;
    packets.push(packet.kind === "data" ? packet.payload.toString().replace(/\0[^\n]*/, "") : packet.kind);
    at = end;
  }
  return packets;
}

for (const [which, names] of [
  ["no refs", []],
  ["one ref", ["refs/heads/main"]],
  [
    "refs whose names are short, long, and not ASCII",
    ["a", "refs/heads/ü/🙂", `refs/x/${"y".repeat(REF_NAME_BYTES_MAX)}`],
  ],
  ["many refs", Array.from({ length: 5000 }, (_, number) => `refs/tags/v${number}`)],
] as const) {
  test(`shows a push ${which}, a packet each`, () => {
    const lines = names.map((name) => `${ONE} ${name}`);
    const shown = lines.length === 0 ? [`${"0".repeat(40)} capabilities^{}`] : lines;
    const service = ["# service=git-receive-pack\n", "flush"];
    const expected = [...shown.map((line) => `${line}\n`), "flush"];
    const answer = pushAdvertisement(lines.join("\n"), { version: 0, announcesService: true });
    assert.deepEqual(packetsOf(answer), [...service, ...expected]);
    assert.deepEqual(packetsOf(pushAdvertisement(lines.join("\n"), { version: 1, announcesService: true })), [
      ...service,
      "version 1\n",
      ...expected,
    ]);
    assert.match(answer.toString(), /\0report-status report-status-v2 [^\n]* agent=pail/);
  });
}

test("shows a fetch HEAD first, and what tags peel to", () => {
  const refs = [
    { name: "refs/heads/main", target: ONE, peeled: undefined },
    { name: "refs/tags/v1", target: TWO, peeled: ONE },
  ] as readonly { name: string; target: string; peeled: string | undefined }[] as readonly Ref[];
  const answer = fetchAdvertisement(refs, "main" as BranchName, { version: 0, announcesService: true });
  assert.deepEqual(packetsOf(answer), [
    "# service=git-upload-pack\n",
    "flush",
    `${ONE} HEAD\n`,
    `${ONE} refs/heads/main\n`,
    `${TWO} refs/tags/v1\n`,
    `${ONE} refs/tags/v1^{}\n`,
    "flush",
  ]);
  assert.match(answer.toString(), /HEAD\0multi_ack [^\n]* symref=HEAD:refs\/heads\/main /);
  const unborn = fetchAdvertisement([], "main" as BranchName, { version: 0, announcesService: false });
  assert.deepEqual(packetsOf(unborn), [`${"0".repeat(40)} capabilities^{}\n`, "flush"]);
});
