import assert from "node:assert/strict";
import { parseCommandRequest } from "../../../src/git/wire/command-request.ts";
import { parseGitProtocol } from "../../../src/git/wire/git-protocol.ts";
import { parseLsRefs, prefixMatcher } from "../../../src/git/wire/ls-refs.ts";
import { normalizeFetchRequest } from "../../../src/git/wire/normalize-fetch-request.ts";
import {
  DELIMITER_PACKET,
  dataPacket,
  FLUSH_PACKET,
  MalformedPacketError,
  type Packet,
  parsePacket,
} from "../../../src/git/wire/packet.ts";
import { EndWithinPacketError, openPacketSource } from "../../../src/git/wire/packet-source.ts";
import { readPushRequest } from "../../../src/git/wire/push-request.ts";
import { Failure } from "../../../src/model/failure.ts";
import { fuzzTarget, unlessRefused } from "./fuzz-target.ts";
import { cutAnywhere, makeBytes, makeText, stream, type TextSource } from "./make-text.ts";
import type { Random } from "./random.ts";

const ONE = "1".repeat(40);
const TWO = "a".repeat(40);
const ZERO = "0".repeat(40);

function packets(lines: readonly string[], ...end: readonly Buffer[]): string {
  const data = lines.map((line) => dataPacket(Buffer.from(line, "latin1")));
  return Buffer.concat([...data, ...end]).toString("latin1");
}

const FETCH = packets(["command=fetch", "agent=git/2.39", "object-format=sha1"], DELIMITER_PACKET);
const LS_REFS = packets(["command=ls-refs\n", "agent=git/2.39"], DELIMITER_PACKET);

const PACKETS: TextSource = {
  samples: [
    FETCH + packets([`want ${ONE}\n`, `want ${TWO}\n`, "ofs-delta", "done\n"], FLUSH_PACKET),
    LS_REFS + packets(["peel\n", "symrefs", "ref-prefix refs/heads/\n"], FLUSH_PACKET),
    packets([`want ${ONE} ofs-delta agent=git/2\n`, `want ${TWO}\n`], FLUSH_PACKET) + packets(["done\n"]),
    packets(
      [`shallow ${TWO}\n`, `${ZERO} ${ONE} refs/heads/main\0 report-status side-band-64k push-options`],
      FLUSH_PACKET,
    ) +
      packets(["ci.skip\n"], FLUSH_PACKET) +
      "PACK\0\0\0\x02",
    packets([`${ONE} ${ZERO} refs/tags/\xc3\xb6\0report-status-v2 atomic`], FLUSH_PACKET),
  ],
  words: [
    ...[
      "0000",
      "0001",
      "0002",
      "0003",
      "0004",
      "0005a",
      "fff0",
      "fff1",
      "FFFF",
      "000",
      "zzzz",
      " ",
      "\0",
      "\n",
    ],
    packets([`want ${ONE}\n`]),
    packets(["done\n"]),
    packets([`have ${TWO}`]),
    packets(["deepen 1"]),
    packets(["command=fetch"]),
    packets(["ref-prefix a"]),
    packets([`${ONE} ${TWO} refs/heads/x`]),
    packets([`${ONE} ${TWO} refs/heads/\xff`]),
    packets(["agent=x session-id=y"]),
    packets(["push-options"]),
  ],
  lengthMax: 70_000,
};

function writePacket(packet: Packet): Buffer {
  switch (packet.kind) {
    case "data":
      return dataPacket(packet.payload);
    case "flush":
      return FLUSH_PACKET;
    case "delimiter":
      return DELIMITER_PACKET;
    case "response-end":
      return Buffer.from("0002");
  }
}

function parseAll(bytes: Buffer): { readonly packets: readonly Packet[]; readonly end: number } {
  const found: Packet[] = [];
  let offset = 0;
  for (let parsed = parsePacket(bytes, 0); parsed !== undefined; parsed = parsePacket(bytes, offset)) {
    assert.ok(parsed.end > offset && parsed.end <= bytes.length, "it goes on, within the bytes");
    found.push(parsed.packet);
    offset = parsed.end;
  }
  return { packets: found, end: offset };
}

const packet = fuzzTarget(
  "packets",
  (random) => makeBytes(random, PACKETS),
  (bytes) => {
    const parsed = unlessRefused([MalformedPacketError], () => parseAll(bytes));
    if (parsed === undefined) return;
    const written = Buffer.concat(parsed.packets.map(writePacket));
    assert.equal(written.length, parsed.end);
    // Upper case digits are written in lower case; all else comes back as it was.
    if (!written.equals(bytes.subarray(0, parsed.end))) {
      assert.deepEqual(parseAll(written).packets, parsed.packets);
    }
  },
);

type Cut = { readonly bytes: Buffer; readonly pieces: readonly Buffer[] };

function makeCut(random: Random): Cut {
  const bytes = makeBytes(random, PACKETS);
  return { bytes, pieces: cutAnywhere(random, bytes) };
}

async function readPackets(pieces: readonly Buffer[]) {
  const source = openPacketSource(stream(pieces));
  const found: Packet[] = [];
  const refusal = await refusalOf(async () => {
    for (;;) {
      const next = await source.readPacket();
      if (next === undefined) return;
      found.push(next);
    }
  });
  return { found, refusal };
}

/** The text of what is refused, so that two readings can be compared. */
async function refusalOf(act: () => Promise<void>): Promise<string | undefined> {
  try {
    await act();
    return undefined;
  } catch (error) {
    const isRefusal =
      error instanceof MalformedPacketError ||
      error instanceof EndWithinPacketError ||
      error instanceof Failure;
    if (!isRefusal) throw error;
    return error.message;
  }
}

const packetSource = fuzzTarget("packets, in pieces", makeCut, async ({ bytes, pieces }) => {
  assert.deepEqual(await readPackets(pieces), await readPackets([bytes]));
});

const commandRequest = fuzzTarget(
  "requests of protocol 2",
  (random) => makeBytes(random, PACKETS),
  (bytes) => {
    const request = unlessRefused([Failure], () => parseCommandRequest(bytes));
    if (request === undefined) return;
    const { command, capabilities, args } = request;
    // With a line feed each, since of those that a line has of its own one is taken off.
    const lines = (texts: readonly string[]) => texts.map((text) => dataPacket(`${text}\n`));
    const head = lines([`command=${command}`, ...capabilities]);
    const written = Buffer.concat([...head, DELIMITER_PACKET, ...lines(args), FLUSH_PACKET]);
    // What is no UTF-8 was read as U+FFFD, which is longer.
    if (written.length <= bytes.length + 16) assert.deepEqual(parseCommandRequest(written), request);
    unlessRefused([Failure], () => parseLsRefs(args));
  },
);

const fetchRequest = fuzzTarget(
  "fetch requests",
  (random) => ({ bytes: makeBytes(random, PACKETS), version: random.pick([0, 1, 2] as const) }),
  ({ bytes, version }) => {
    const key = normalizeFetchRequest(bytes, version);
    if (key === undefined) return;
    const lines = parseAll(bytes).packets.flatMap((found) =>
      found.kind === "data" ? [found.payload.toString().replace(/\n$/, "")] : [],
    );
    const [saidVersion, saidWants, , saidOthers] = JSON.parse(key) as [number, string[], string, string[]];
    assert.equal(saidVersion, version);
    // Two requests for other objects must never share an answer.
    for (const id of saidWants)
      assert.ok(lines.some((line) => line.split(" ", 2).join(" ") === `want ${id}`));
    for (const line of lines) {
      const isNamed = saidWants.includes(/^want ([0-9a-f]+)(?: |$)/.exec(line)?.[1] ?? "");
      const isAboutTheClient = /^(?:agent|session-id)=/.test(line);
      assert.ok(isNamed || isAboutTheClient || line === "done" || saidOthers.includes(line), line);
    }
  },
);

const PREFIXES: TextSource = {
  samples: ["refs/heads/", "refs/tags/v1", "HEAD"],
  words: ["refs/", "heads/", "a", "b", "/", "é", "\u{1f9a3}"],
  lengthMax: 200,
};

const refPrefixes = fuzzTarget(
  "ref prefixes",
  (random) => ({
    prefixes: Array.from({ length: random.below(6) }, () => makeText(random, PREFIXES)),
    name: makeText(random, PREFIXES),
  }),
  ({ prefixes, name }) => {
    const isAsked = prefixes.length === 0 || prefixes.some((prefix) => name.startsWith(prefix));
    assert.equal(prefixMatcher(prefixes)(name), isAsked);
  },
);

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const ASCII_CONTROL = /[\x00-\x1f\x7f]/;

async function readPush(pieces: readonly Buffer[]) {
  let rest = 0;
  let read: unknown;
  const refusal = await refusalOf(async () => {
    const request = await readPushRequest(stream(pieces));
    if (request === undefined) return;
    for await (const piece of request.pack) rest += piece.length;
    const { pack: _, ...parts } = request;
    read = parts;
    for (const { name } of [...request.commands, ...(request.refusedCommands ?? [])])
      assert.doesNotMatch(name, ASCII_CONTROL);
  });
  return { read, refusal, rest };
}

const pushRequest = fuzzTarget("push requests", makeCut, async ({ bytes, pieces }) => {
  assert.deepEqual(await readPush(pieces), await readPush([bytes]));
});

const PROTOCOL: TextSource = {
  samples: ["version=2", "version=1", "version=2:agent=git-2.39", "a:b:version=0"],
  words: ["version=", "2", "1", "0", ":", "=", "a", "-", ".", "\n", ";"],
  lengthMax: 4_096,
};

const gitProtocol = fuzzTarget(
  "Git-Protocol",
  (random) => makeText(random, PROTOCOL),
  (header) => {
    const parsed = parseGitProtocol(header);
    if (parsed === undefined) return;
    assert.equal(parsed.text, `version=${parsed.version}`);
    assert.match(parsed.text, /^version=[012]$/);
    assert.ok(parsed.version === 0 || header.includes(parsed.text));
  },
);

export const WIRE_TARGETS = [
  packet,
  packetSource,
  commandRequest,
  fetchRequest,
  refPrefixes,
  pushRequest,
  gitProtocol,
];
