import assert from "node:assert/strict";
import { isIP } from "node:net";
import { readCredential } from "../../../src/authentication/read-credential.ts";
import { API_TOKEN_LENGTH, parsePasswordShape, writeToken } from "../../../src/authentication/token-text.ts";
import { clientAddress, networkOf } from "../../../src/http/server/client-address.ts";
import { unfoldCredential } from "../../../src/http/server/folded-header.ts";
import { baseUrlsOf } from "../../../src/http/server/public-urls.ts";
import { readRequestTarget } from "../../../src/http/server/request-target.ts";
import { maskPersonalText, maskTokens } from "../../../src/model/mask-secrets.ts";
import { Secret } from "../../../src/model/secret.ts";
import { fuzzTarget } from "./fuzz-target.ts";
import { makeBytes, makeText, type TextSource } from "./make-text.ts";
import { openRandom, type Random } from "./random.ts";

function tokenFrom(random: Random): string {
  const bytes = (length: number) => Buffer.from(Array.from({ length }, () => random.below(256)));
  return writeToken("api-token", bytes).reveal();
}

const TOKEN = tokenFrom(openRandom(1, 1));
const base64 = (text: string) => Buffer.from(text).toString("base64");

const AUTHORIZATION: TextSource = {
  samples: [
    `Basic ${base64(`ann@example.com:${TOKEN}`)}`,
    `Basic ${base64("ann:")}`,
    `bearer ${TOKEN}`,
    `Basic ${base64("ä:ö:ü")}`,
  ],
  words: ["Basic", "Bearer", "basic", " ", "  ", "\t", "=", "==", "Og==", "YTpi", "/", "_", "-", TOKEN, ":"],
};

const authorization = fuzzTarget(
  "Authorization",
  (random) => makeText(random, AUTHORIZATION),
  (header) => {
    const credential = readCredential(header);
    if (credential.kind === "bearer") assert.ok(header.includes(credential.token.reveal()));
    if (credential.kind !== "basic") return;
    const { username, password } = credential;
    assert.ok(!username.includes(":") && password.reveal() !== "");
    const again = readCredential(`Basic ${base64(`${username}:${password.reveal()}`)}`);
    assert.ok(again.kind === "basic");
    assert.equal(again.username, username);
    assert.equal(again.password.reveal(), password.reveal());
  },
);

const PASSWORD: TextSource = {
  samples: [TOKEN, `ATBB${"x7Kq".repeat(8)}`, "ATCTT3xFfGN0", "a word"],
  words: ["ATATT", "ATCTT", "ATBB", "3xFfGF0", "=", "0", "x7Kq", TOKEN.slice(-9)],
};

const passwordShape = fuzzTarget(
  "passwords",
  (random) => {
    const token = tokenFrom(random);
    const at = random.below(token.length);
    const other = String.fromCharCode(33 + random.below(94));
    return {
      token,
      text: makeText(random, PASSWORD),
      changed: token.slice(0, at) + other + token.slice(at + 1),
    };
  },
  ({ token, text, changed }) => {
    const kindOf = (password: string) => parsePasswordShape(new Secret(password)).kind;
    assert.equal(kindOf(token), "token");
    // A CRC-32 finds every change of one letter.
    if (changed !== token) assert.notEqual(kindOf(changed), "token");
    if (kindOf(text) === "token") assert.equal(text.length, API_TOKEN_LENGTH);
  },
);

const wrappedText = (text: string) =>
  base64(text)
    .match(/.{1,76}/g)!
    .join("\n");

const HEAD: TextSource = {
  samples: [
    `GET /2.0/user HTTP/1.1\r\nHost: x\r\nAuthorization: Basic ${wrappedText(`ann:${TOKEN}`)}\r\nAccept: */*\r\n\r\nbody`,
    "POST / HTTP/1.1\r\nauthorization: basic YTpi\nYTpi==\r\n\r\n",
  ],
  words: [
    "GET / HTTP/1.1",
    "\r\n",
    "\n",
    "\r",
    "Authorization: Basic ",
    "YTpi",
    "=",
    "Host: a",
    ":",
    "\r\n\r\n",
  ],
};

const wrappedCredential = fuzzTarget(
  "wrapped credentials",
  (random) => makeBytes(random, HEAD),
  (bytes) => {
    const joined = unfoldCredential(bytes)?.toString("latin1");
    if (joined === undefined) return;
    const text = bytes.toString("latin1");
    const headLines = text.slice(0, text.indexOf("\r\n\r\n")).split("\r\n");
    const joinedLines = joined.slice(0, joined.indexOf("\r\n\r\n")).split("\r\n");
    // One header more, which closes the connection; nothing of what was wrapped has become a header.
    assert.equal(joinedLines.length, headLines.length + 1);
    const others = joinedLines.filter((line) => line !== "Connection: close");
    const changed = others.filter((line, index) => line !== headLines[index]);
    assert.ok(changed.length <= 1 && /^authorization: basic [\w+/=]+$/i.test(changed[0]!));
    assert.ok(joined.endsWith(text.slice(text.indexOf("\r\n\r\n"))));
  },
);

const FORWARDED: TextSource = {
  samples: ["192.0.2.1", "10.0.0.1, 198.51.100.7", "2001:db8::1", "::ffff:192.0.2.1", "fe80::1%eth0"],
  words: ["1", "255", "256", ".", ":", "::", "ffff", "%", ",", " ", "unknown", "[", "]"],
};

const forwardedAddress = fuzzTarget(
  "X-Forwarded-For",
  (random) => ({ header: makeText(random, FORWARDED), isBehindProxy: random.chance(0.9) }),
  ({ header, isBehindProxy }) => {
    const request = { ip: "192.0.2.9", headers: { "x-forwarded-for": header } };
    const address = clientAddress(request, { isBehindProxy });
    assert.notEqual(isIP(address), 0);
    const network = networkOf(address);
    if (isIP(address) === 6) assert.match(network, /^[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){3}::\/64$/);
  },
);

const OWN = { names: ["bitbucket.org", "api.bitbucket.org"], port: 8080 };
const TARGET: TextSource = {
  samples: [
    "/2.0/repositories/acme/demo?pagelen=1",
    "http://api.bitbucket.org/2.0/user",
    "http://127.0.0.1:8080/a/../b%2e%2e",
    "HTTPS://user:pw@bitbucket.org:443/x?y#z",
    "*",
  ],
  words: [
    "http://",
    "https://",
    "bitbucket.org",
    "@",
    ":",
    "8080",
    "/",
    "?",
    "#",
    "[::1]",
    "localhost",
    "%2f",
    "\\",
  ],
};

const requestTarget = fuzzTarget(
  "request targets",
  (random) => makeText(random, TARGET),
  (text) => {
    const target = readRequestTarget(text, OWN);
    if (target.kind === "elsewhere") return assert.ok(!text.startsWith("/"));
    assert.ok(target.pathAndQuery.startsWith("/"));
    assert.ok(text.endsWith(target.pathAndQuery) || text.endsWith(target.pathAndQuery.slice(1)));
    if (target.host === undefined) return assert.ok(text.startsWith("/"));
    const name = target.host.replace(/:\d+$/, "");
    assert.ok([...OWN.names, "localhost", "127.0.0.1", "[::1]"].includes(name), target.host);
  },
);

const HOST: TextSource = {
  samples: ["example.com", "api.bitbucket.org", "[::1]:8080", "EXAMPLE.com:1"],
  words: ["a", ".", ":", "[", "]", "1", "65536", "-", "@", "/", "<", '"', ","],
};

const host = fuzzTarget(
  "Host",
  (random) => makeText(random, HOST),
  (text) => {
    const settings = {
      config: {
        publicUrl: undefined,
        publicApiUrl: undefined,
        isBehindProxy: true,
        tls: undefined,
        host: "h",
      },
      listening: { port: 1 },
    };
    for (const headers of [{ host: text }, { "x-forwarded-host": text, "x-forwarded-proto": text }]) {
      const { html, api } = baseUrlsOf(headers, settings);
      assert.match(html, /^https?:\/\/[a-z0-9_.:[\]-]+$/);
      assert.ok(URL.canParse(html) && URL.canParse(api));
    }
  },
);

const SECRETS: TextSource = {
  samples: [`key ${TOKEN}.`, "mail ann@example.com now", "ATBBabcdefgh"],
  words: ["ATATT3", "ATCTT3", "ATBB", "abcdefgh", "@", "a", " ", "=", "-", "<", "/"],
};

const masking = fuzzTarget(
  "masks over secrets",
  (random) => makeText(random, SECRETS),
  (text) => {
    const masked = maskPersonalText(text);
    assert.doesNotMatch(maskTokens(text), /\bAT(?:ATT3|CTT3|BB)[A-Za-z0-9_=-]{8,}/);
    assert.equal(maskTokens(maskTokens(text)), maskTokens(text));
    // The obvious expression, which takes the square of a word's length.
    const obvious = /[^\s@'"<>/]+@[^\s@'"<>/]+/g;
    if (text.length < 500) assert.equal(masked, maskTokens(text).replaceAll(obvious, "[e-mail]"));
  },
);

export const CREDENTIAL_TARGETS = [
  authorization,
  passwordShape,
  wrappedCredential,
  forwardedAddress,
  requestTarget,
  host,
  masking,
];
