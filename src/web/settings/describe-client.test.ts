import assert from "node:assert/strict";
import { test } from "node:test";
import { TRANSLATE } from "../translate.ts";
import { describeClient } from "./describe-client.ts";

for (const [client, shown] of [
  ["Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"],
  [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0",
    "Edge on Windows",
  ],
  [
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.0 Safari/605.1.15",
    "Safari on macOS",
  ],
  [
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 CriOS/140.0 Safari/604.1",
    "Chrome on iPhone",
  ],
  [
    "Mozilla/5.0 (Linux; Android 15; Pixel) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36",
    "Chrome on Android",
  ],
  ["", "Unknown browser"],
  ["w3m <b>", "<bdi>w3m &lt;b&gt;</bdi>"],
] as const)
  test(`${client.slice(0, 30)}… is ${shown}`, () => {
    assert.equal(describeClient(TRANSLATE.en, client).toString(), shown);
  });
