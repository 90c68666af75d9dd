import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { isRedirectWithin, parseRedirectUri } from "./redirect-uri.ts";

const REGISTERED = "https://app.example.com/cb";

describe("a redirect within the registered callback", () => {
  for (const asked of [
    REGISTERED,
    `${REGISTERED}/`,
    `${REGISTERED}/x`,
    `${REGISTERED}/x/y?z=1`,
    `${REGISTERED}?z=1`,
    "https://app.example.com:443/cb",
    "HTTPS://APP.example.com/cb",
  ])
    test(`is ${asked}`, () => {
      assert.equal(isRedirectWithin(REGISTERED, asked, "documented"), true);
    });

  for (const [why, asked] of [
    ["a longer segment", `${REGISTERED}-evil`],
    ["a longer segment", `${REGISTERED}x`],
    ["a way out", `${REGISTERED}/../evil`],
    ["a way out that is escaped", `${REGISTERED}/%2e%2e/evil`],
    ["a way out that is half escaped", `${REGISTERED}/.%2E/evil`],
    ["a way out with an escaped slash", `${REGISTERED}/..%2fevil`],
    ["a way out with a backslash", `${REGISTERED}/..\\evil`],
    ["an escaped backslash", `${REGISTERED}/..%5Cevil`],
    ["a dot that is no way", `${REGISTERED}/./x`],
    ["another host after a user name", "https://app.example.com@evil.example/cb"],
    ["a user name", "https://evil@app.example.com/cb"],
    ["an empty user name", "https://@app.example.com/cb"],
    ["a longer host", "https://app.example.com.evil.example/cb"],
    ["a host below", "https://x.app.example.com/cb"],
    ["another port", "https://app.example.com:8443/cb"],
    ["another scheme", "http://app.example.com/cb"],
    ["a scheme of its own", "javascript:alert(1)"],
    ["no scheme", "//evil.example/cb"],
    ["a path", "/cb"],
    ["a fragment", `${REGISTERED}#x`],
    ["a backslash for the host", "https://evil.example\\@app.example.com/cb"],
    ["white space", ` ${REGISTERED}`],
    ["a line end", `${REGISTERED}\n`],
    ["other letters", "https://app.example.com/cb/ä"],
    ["another case of the path", "https://app.example.com/CB"],
    ["nothing", ""],
  ] as const)
    test(`is not ${why}: ${JSON.stringify(asked)}`, () => {
      assert.equal(isRedirectWithin(REGISTERED, asked, "documented"), false);
    });

  for (const host of ["a;sandbox", "a,b", "*", "*.example", "'none'"])
    test(`has no host that would be read as a policy: ${host}`, () => {
      assert.equal(parseRedirectUri(`https://${host}/`), undefined);
    });

  test("is the very address if that is asked for", () => {
    assert.equal(isRedirectWithin(REGISTERED, REGISTERED, "exact"), true);
    assert.equal(isRedirectWithin(REGISTERED, `${REGISTERED}/x`, "exact"), false);
    assert.equal(isRedirectWithin(REGISTERED, `${REGISTERED}?next=https://evil.example`, "exact"), false);
  });

  test("has the registered query", () => {
    const registered = `${REGISTERED}?tenant=1`;
    assert.equal(isRedirectWithin(registered, registered, "documented"), true);
    for (const asked of [REGISTERED, `${REGISTERED}?tenant=2`, `${REGISTERED}/x?tenant=1`])
      assert.equal(isRedirectWithin(registered, asked, "documented"), false);
  });
});

describe("a redirect to this machine", () => {
  for (const [registered, asked, expected] of [
    ["http://127.0.0.1/callback", "http://127.0.0.1:50123/callback", true],
    ["http://localhost:34106/", "http://localhost:34106/", true],
    ["http://localhost:34106/", "http://localhost:34107/", true],
    ["http://[::1]/cb", "http://[::1]:8080/cb", true],
    ["http://127.0.0.1/callback", "http://127.0.0.1:50123/callback-evil", false],
    ["http://127.0.0.1/callback", "http://localhost:50123/callback", false],
    ["http://127.0.0.1/callback", "https://127.0.0.1/callback", false],
    ["https://127.0.0.1/callback", "https://127.0.0.1:50123/callback", false],
    ["http://127.0.0.1.example/cb", "http://127.0.0.1.example:81/cb", false],
  ] as const)
    test(`${asked} is ${expected ? "" : "not "}within ${registered}`, () => {
      assert.equal(isRedirectWithin(registered, asked, "documented"), expected);
    });
});

test("what no browser can be sent to is no callback", () => {
  for (const text of ["", "x", "ftp://a/b", "http://", "http://a/%5cb", "http://a/b c"])
    assert.equal(parseRedirectUri(text), undefined, text);
});
