import assert from "node:assert/strict";
import { test } from "node:test";
import { newUuid, SAMPLE_INSTANT } from "../../tests/support/examples/sample-model.ts";
import { writeTokenCalendar } from "./token-calendar.ts";

const URL = "https://git.example.com/-/settings/api-tokens";

function calendarOf(name: string): string {
  const token = { uuid: newUuid(), name, createdAt: SAMPLE_INSTANT, expiresAt: SAMPLE_INSTANT };
  return writeTokenCalendar([token], { name: "Tokens", url: URL });
}

const unfold = (calendar: string) => calendar.replaceAll("\r\n ", "");

test("no line is longer than 75 octets, and none is broken within a character: RFC 5545, 3.1", () => {
  const name = `${"長い名前🙂".repeat(40)} end`;
  const calendar = calendarOf(name);
  for (const line of calendar.split("\r\n")) assert.ok(Buffer.byteLength(line) <= 75, line);
  assert.ok(unfold(calendar).includes(`SUMMARY:Token expires: ${name}\r\n`));
});

test("a name cannot begin a line of its own", () => {
  for (const end of ["\r\n", "\n", "\r", "\u2028", "\x85"]) {
    const calendar = unfold(calendarOf(`a${end}END:VCALENDAR`));
    assert.equal(calendar.split(/\r\n|\r|\n|\x85/).filter((line) => line === "END:VCALENDAR").length, 1);
  }
});
