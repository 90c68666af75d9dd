import assert from "node:assert/strict";
import { test } from "node:test";
import { errorTrailer } from "./error-trailer.ts";
import { dataPacket } from "./packet.ts";

const SHORT = "fatal: unable to fork: Resource temporarily unavailable";
const PACKFILE = dataPacket("packfile\n");

for (const [what, written, version, said, words] of [
  ["nothing at all", "", 2, SHORT, /^[0-9a-f]{4}ERR the server is short of .*try again later$/],
  [
    "nothing at all, for another reason",
    "",
    0,
    "fatal: bad",
    /^[0-9a-f]{4}ERR upload-pack: the request could/,
  ],
  [
    "nothing at all, for a shallow clone without commits",
    "",
    2,
    "fatal: no commits selected for shallow requests",
    /^[0-9a-f]{4}ERR no commits selected for shallow requests$/,
  ],
  ["the beginning of a pack's section", PACKFILE, 2, SHORT, /^[0-9a-f]{4}.the server is short of/],
  ["acknowledgments", dataPacket("acknowledgments\n"), 2, SHORT, /^[0-9a-f]{4}ERR the server is short/],
  ["an error already", dataPacket("ERR upload-pack: not our ref"), 2, "", undefined],
  ["some of a packet", PACKFILE.subarray(0, 7), 2, SHORT, undefined],
  ["what may be a pack without packets", dataPacket("NAK\n"), 0, SHORT, undefined],
] as const) {
  test(`behind ${what} come${words === undefined ? " no words" : "s why"}`, () => {
    const found = errorTrailer(Buffer.from(written), version, said);
    if (words === undefined) assert.equal(found, undefined);
    else assert.match(String(found), words);
  });
}
