import assert from "node:assert/strict";
import { test } from "node:test";
import { Failure } from "../model/failure.ts";
import { OAUTH_SCOPES } from "../model/oauth-scope.ts";
import { DESCRIPTOR_BYTES_MAX, isBelow, readDescriptor } from "./descriptor.ts";
import { jsonDepth } from "./json-depth.ts";

const RULES = { mayBeHttp: false };
const WHOLE = {
  key: "sentry.io.bitbucket",
  name: "Sentry",
  description: "finds faults",
  vendor: { name: "Sentry", url: "https://sentry.io" },
  baseUrl: "https://app.example.com/bitbucket/",
  authentication: { type: "JWT" },
  lifecycle: { installed: "/installed/", uninstalled: "https://app.example.com/bitbucket/uninstalled" },
  scopes: ["pullrequest", "repository"],
  contexts: ["account"],
  modules: {
    webhooks: [{ event: "*", url: "/webhook" }],
    postInstallRedirect: { url: "/done", key: "redirect" },
    configurePage: { url: "/configure?ws={target_user.uuid}", name: { value: "Settings" }, key: "settings" },
    repoPages: [{ url: "page", name: "Page" }],
    oauthConsumer: { scopes: ["account"] },
  },
  links: { self: "https://elsewhere.example.com/" },
  more: [1, 2, 3],
};

function read(value: unknown, rules = RULES) {
  return readDescriptor(typeof value === "string" ? value : JSON.stringify(value), rules);
}

test("reads a whole descriptor, with addresses below its base URL", async () => {
  const found = await read(WHOLE);
  assert.equal(found.baseUrl, "https://app.example.com/bitbucket");
  assert.equal(found.authentication, "jwt");
  assert.deepEqual(found.lifecycle, {
    installed: "https://app.example.com/bitbucket/installed/",
    uninstalled: "https://app.example.com/bitbucket/uninstalled",
  });
  assert.deepEqual(found.scopes, ["repository", "pullrequest"]);
  assert.deepEqual(found.webhooks, [{ event: "*", url: "https://app.example.com/bitbucket/webhook" }]);
  assert.equal(found.postInstallRedirect, "https://app.example.com/bitbucket/done");
  assert.deepEqual(
    found.frames.map(({ module, key, name, url }) => [module, key, name, url]),
    [
      [
        "configurePage",
        "settings",
        "Settings",
        "https://app.example.com/bitbucket/configure?ws={target_user.uuid}",
      ],
      ["repoPages", "repoPages-1", "Page", "https://app.example.com/bitbucket/page"],
    ],
  );
  assert.deepEqual(found.otherModules, ["oauthConsumer"]);
});

test("without scopes an app has all", async () => {
  const { scopes: _, ...rest } = WHOLE;
  assert.deepEqual((await read(rest)).scopes, OAUTH_SCOPES);
  assert.deepEqual((await read({ ...WHOLE, scopes: [] })).scopes, []);
});

test("http is for operators who allow it", async () => {
  const local = { ...WHOLE, baseUrl: "http://127.0.0.1:3000/bitbucket", lifecycle: {} };
  await assert.rejects(read(local), /https/);
  assert.equal((await read(local, { mayBeHttp: true })).baseUrl, "http://127.0.0.1:3000/bitbucket");
});

for (const [why, value, problem] of [
  ["text that is no JSON", "{", /not JSON/],
  ["a list", [], /not valid/],
  ["null", "null", /not valid/],
  ["no key", { ...WHOLE, key: undefined }, /key/],
  ["a key with a slash", { ...WHOLE, key: "a/b" }, /key/],
  ["an unknown scope", { ...WHOLE, scopes: ["repository", "everything"] }, /everything/],
  ["an unknown event", { ...WHOLE, modules: { webhooks: [{ event: "a:b", url: "/x" }] } }, /a:b/],
  ["another kind of authentication", { ...WHOLE, authentication: { type: "oauth2" } }, /authentication/],
  ["a base URL that is a path", { ...WHOLE, baseUrl: "/bitbucket" }, /baseUrl/],
  ["a base URL of files", { ...WHOLE, baseUrl: "file:///etc/passwd" }, /baseUrl/],
  ["a base URL with a password", { ...WHOLE, baseUrl: "https://a:b@app.example.com" }, /baseUrl/],
  ["a base URL with a query", { ...WHOLE, baseUrl: "https://app.example.com/?" }, /baseUrl/],
  [
    "an installed call to another host",
    { ...WHOLE, lifecycle: { installed: "https://evil.example.com/" } },
    /lifecycle/,
  ],
  ["an installed call that leaves by dots", { ...WHOLE, lifecycle: { installed: "/../x" } }, /lifecycle/],
  [
    "an installed call that leaves by escaped dots",
    { ...WHOLE, lifecycle: { installed: "/%2e%2e/x" } },
    /lifecycle/,
  ],
  [
    "an installed call with a backslash",
    { ...WHOLE, lifecycle: { installed: "\\\\evil.example.com" } },
    /lifecycle/,
  ],
  [
    "a webhook to another port",
    { ...WHOLE, modules: { webhooks: [{ event: "*", url: "https://app.example.com:81/bitbucket/x" }] } },
    /webhooks/,
  ],
  [
    "a webhook to a neighbour of the base URL",
    { ...WHOLE, modules: { webhooks: [{ event: "*", url: "https://app.example.com/bitbucket-evil" }] } },
    /webhooks/,
  ],
  [
    "a redirect to another host",
    {
      ...WHOLE,
      modules: { postInstallRedirect: { url: "https://app.example.com@evil.example.com/bitbucket" } },
    },
    /postInstallRedirect/,
  ],
  [
    "a hundred and one webhooks",
    { ...WHOLE, modules: { webhooks: Array.from({ length: 101 }, () => ({ event: "*", url: "/x" })) } },
    /webhooks/,
  ],
  ["text that is as deep as it is long", "[".repeat(100_000), /nested/],
  ["unknown fields that are too deep", `{"more":${"[".repeat(40)}${"]".repeat(40)}}`, /nested/],
  ["more than the limit", { ...WHOLE, more: "x".repeat(DESCRIPTOR_BYTES_MAX) }, /larger/],
] as const) {
  test(`refuses ${why}`, async () => {
    await assert.rejects(read(value), (error) => {
      assert.ok(error instanceof Failure && error.kind === "invalid-input");
      assert.match(error.message, problem);
      return true;
    });
  });
}

test("brackets in texts are not depth", () => {
  assert.equal(jsonDepth('{"a":"[[[\\"[[","b":[{}]}'), 3);
});

for (const [url, isIt] of [
  ["https://app.example.com/cb", true],
  ["https://app.example.com/cb/x?y=z", true],
  ["https://app.example.com/cb-evil", false],
  ["https://app.example.com/cb/../x", false],
  ["https://app.example.com:444/cb", false],
  ["http://app.example.com/cb", false],
  ["https://u@app.example.com/cb", false],
  ["https://app.example.com.evil.example/cb", false],
  ["//app.example.com/cb", false],
  ["javascript:alert(1)", false],
] as const) {
  test(`${url} is ${isIt ? "" : "not "}below the base URL`, () => {
    assert.equal(isBelow("https://app.example.com/cb", url), isIt);
  });
}
