import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { normalizeFetchRequest } from "./normalize-fetch-request.ts";
import { DELIMITER_PACKET, dataPacket, FLUSH_PACKET } from "./packet.ts";

const [ONE, TWO] = ["1".repeat(40), "2".repeat(40)];

function fetchV2(capabilities: readonly string[], args: readonly string[]): Buffer {
  const lines = (texts: readonly string[]) => texts.map((text) => dataPacket(`${text}\n`));
  const head = lines(["command=fetch", ...capabilities]);
  return Buffer.concat([...head, DELIMITER_PACKET, ...lines(args), FLUSH_PACKET]);
}

function fetchV0(lines: readonly string[], after: readonly string[]): Buffer {
  const packets = (texts: readonly string[]) => texts.map((text) => dataPacket(`${text}\n`));
  return Buffer.concat([...packets(lines), FLUSH_PACKET, ...packets(after)]);
}

describe("a fetch request of protocol 2", () => {
  const normalized = (capabilities: readonly string[], args: readonly string[]) =>
    normalizeFetchRequest(fetchV2(capabilities, args), 2);
  const plain = normalized(["object-format=sha1"], ["ofs-delta", `want ${ONE}`, `want ${TWO}`, "done"]);

  for (const [why, capabilities, args] of [
    ["another agent", ["agent=git/2.39.5-Linux", "object-format=sha1"], undefined],
    ["a session", ["object-format=sha1", "session-id=abc"], undefined],
    [
      "another order of the wants",
      ["object-format=sha1"],
      ["ofs-delta", `want ${TWO}`, `want ${ONE}`, "done"],
    ],
    [
      "a want said twice",
      ["object-format=sha1"],
      ["ofs-delta", `want ${ONE}`, `want ${TWO}`, `want ${ONE}`, "done"],
    ],
  ] as const) {
    test(`is the same with ${why}`, () =>
      assert.equal(
        normalized(capabilities, args ?? ["ofs-delta", `want ${ONE}`, `want ${TWO}`, "done"]),
        plain,
      ));
  }

  for (const [why, args] of [
    ["other wants", ["ofs-delta", `want ${ONE}`, "done"]],
    ["a have", ["ofs-delta", `want ${ONE}`, `want ${TWO}`, `have ${"3".repeat(40)}`, "done"]],
    ["a depth", ["ofs-delta", "deepen 1", `want ${ONE}`, `want ${TWO}`, "done"]],
    ["a filter", ["ofs-delta", "filter blob:none", `want ${ONE}`, `want ${TWO}`, "done"]],
    ["thin packs", ["ofs-delta", "thin-pack", `want ${ONE}`, `want ${TWO}`, "done"]],
    [
      "a branch named like an agent",
      ["ofs-delta", "deepen-not agent=1", `want ${ONE}`, `want ${TWO}`, "done"],
    ],
  ] as const) {
    test(`is another one with ${why}`, () =>
      assert.notEqual(normalized(["object-format=sha1"], args), plain));
  }

  test("is not for keeping while it negotiates", () =>
    assert.equal(normalized([], [`want ${ONE}`, `have ${TWO}`]), undefined));
  test("is not for keeping when it wants nothing", () => assert.equal(normalized([], ["done"]), undefined));
});

describe("a fetch request of protocol 0", () => {
  const done = ["done"];
  const plain = normalizeFetchRequest(fetchV0([`want ${ONE} ofs-delta no-progress`], done), 0);

  test("is the same with another agent, session and order of capabilities", () => {
    for (const capabilities of [
      "no-progress ofs-delta agent=git/1.8",
      "session-id=x ofs-delta no-progress",
    ]) {
      assert.equal(normalizeFetchRequest(fetchV0([`want ${ONE} ${capabilities}`], done), 0), plain);
    }
  });
  test("is another one with other capabilities, or in another version", () => {
    assert.notEqual(normalizeFetchRequest(fetchV0([`want ${ONE} ofs-delta`], done), 0), plain);
    assert.notEqual(normalizeFetchRequest(fetchV0([`want ${ONE} ofs-delta no-progress`], done), 1), plain);
  });
});

test("branches named like agents are told apart", () => {
  const [one, other] = ["1", "2"].map((name) =>
    normalizeFetchRequest(fetchV2([], [`deepen-not agent=${name}`, `want ${ONE}`, "done"]), 2),
  );
  assert.notEqual(one, other);
});

test("what git refuses never goes by the name of what it answers: others may be waiting for that answer", () => {
  const args = [`want ${ONE}`, "done"];
  const plain = normalizeFetchRequest(fetchV2([], args), 2);
  for (const misplaced of [
    fetchV2([`want ${ONE}`], ["done"]),
    fetchV2([], [...args, "agent=git/1.8"]),
    fetchV2(["done"], [`want ${ONE}`]),
  ])
    assert.notEqual(normalizeFetchRequest(misplaced, 2), plain);
  const older = normalizeFetchRequest(fetchV0([`want ${ONE}`], ["done"]), 0);
  assert.notEqual(normalizeFetchRequest(fetchV0([`want ${ONE}`, "agent=git/1.8"], ["done"]), 0), older);
  assert.notEqual(normalizeFetchRequest(fetchV0([`want ${ONE}`], [`want ${TWO}`, "done"]), 0), older);
});

test("what is no UTF-8 is not for keeping: other bytes would read the same", () => {
  const line = dataPacket(
    Buffer.concat([Buffer.from("deepen-not "), Buffer.from([0xff]), Buffer.from("\n")]),
  );
  const body = Buffer.concat([line, fetchV2([], [`want ${ONE}`, "done"])]);
  assert.equal(normalizeFetchRequest(body, 2), undefined);
});

// git takes any white space for the end of a capability, and NUL for the end of the line.
for (const character of ["\t", "\n", "\v", "\f", "\r", "\0"]) {
  test(`a line with ${JSON.stringify(character)} in it says something else to git, and is not for keeping`, () => {
    const hidden = `agent=git/1.8${character}thin-pack`;
    assert.equal(normalizeFetchRequest(fetchV0([`want ${ONE} ofs-delta ${hidden}`], ["done"]), 0), undefined);
    assert.equal(normalizeFetchRequest(fetchV2([hidden], [`want ${ONE}`, "done"]), 2), undefined);
  });
}

test("what is no request is not for keeping", () => {
  const whole = fetchV2([], [`want ${ONE}`, "done"]);
  for (const body of [Buffer.alloc(0), Buffer.from("zzzz"), whole.subarray(0, -6), Buffer.from("0003")]) {
    assert.equal(normalizeFetchRequest(body, 2), undefined);
  }
});
