// The attack: a genuine token is brought by something that is no place for a credential (the user name, the query, a cookie,
// a header that a proxy is thought to set, Bearer in Git), or beside a second one, and passes checks that are not made
// there. Gitea's CVE-2026-28744 and -28699, Gogs's CVE-2026-26196 and GHSA-w6j9-vw59-27wv were of this kind.
import assert from "node:assert/strict";
import { test } from "node:test";
import { basic, sendRequest } from "../support/clients/http-request.ts";
import { createFilledRepository, serverRefs } from "../support/git/hosted-repository.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { startPailForFile } from "../support/server/pail-server.ts";
import { exchange, requestHead, restAuthorization, statusesOf } from "./hostile-client.ts";

const pail = await startPailForFile();
const git = openRealGit();
const { email, token, url, username } = pail.credentials;
const { repository, ids } = await createFilledRepository(git, pail);
const before = await serverRefs(git, repository.url);
const deletion = `${ids[0]} ${"0".repeat(40)} refs/heads/other\0report-status`;
const PUSH_BODY = `${(deletion.length + 4).toString(16).padStart(4, "0")}${deletion}0000`;

/** What only the holder of a token may do, over both channels. */
const TARGETS = [
  ["GET", "/2.0/user", ""],
  ["GET", "/2.0/user/emails", ""],
  ["GET", `/2.0/repositories/${repository.fullName}`, ""],
  ["POST", `/2.0/repositories/${repository.fullName}/commits`, ""],
  ["PUT", `/2.0/repositories/${repository.fullName}`, "{}"],
  ["DELETE", `/2.0/repositories/${repository.fullName}`, ""],
  ["GET", `${repository.path}/info/refs?service=git-upload-pack`, ""],
  ["GET", `${repository.path}/info/refs?service=git-receive-pack`, ""],
  ["POST", `${repository.path}/git-upload-pack`, "0000"],
  ["POST", `${repository.path}/git-receive-pack`, PUSH_BODY],
] as const;

function contentType(path: string): string {
  const service = /git-(?:upload|receive)-pack$/.exec(path)?.[0];
  return service === undefined ? "application/json" : `application/x-${service}-request`;
}

const CARRIERS: readonly (readonly [why: string, headers: Record<string, string>, query: string])[] = [
  ["as the user name alone", { Authorization: basic(token, "") }, ""],
  ["as the user name, with GitHub's password", { Authorization: basic(token, "x-oauth-basic") }, ""],
  ["as the user name, with a word", { Authorization: basic(token, "x") }, ""],
  ["as `token`", { Authorization: `token ${token}` }, ""],
  ["without a scheme", { Authorization: token }, ""],
  ["as Digest", { Authorization: `Digest username="${email}", response="${token}"` }, ""],
  ["in a cookie", { Cookie: `token=${token}; session=${token}; access_token=${token}` }, ""],
  ["for the proxy", { "Proxy-Authorization": basic(email, token) }, ""],
  [
    "in headers of a proxy",
    { "X-Forwarded-Authorization": basic(email, token), "X-Original-Authorization": `Bearer ${token}` },
    "",
  ],
  ["as a header of others", { "Private-Token": token, "X-Access-Token": token, "X-Api-Key": token }, ""],
  ["as a query", {}, `access_token=${token}&token=${token}&private_token=${token}&jwt=${token}`],
  ["as Authorization in the query", {}, `authorization=${encodeURIComponent(basic(email, token))}`],
  [
    "not at all, but the name of its account",
    {
      "X-Forwarded-User": username,
      "X-Remote-User": username,
      "Remote-User": username,
      Forwarded: "for=127.0.0.1",
    },
    "",
  ],
];

for (const [why, headers, query] of CARRIERS) {
  test(`a token sent ${why} opens nothing`, async () => {
    for (const [method, path, body] of TARGETS) {
      const target = query === "" ? path : `${path}${path.includes("?") ? "&" : "?"}${query}`;
      const answer = await sendRequest(url, target, {
        method,
        headers: { "Content-Type": contentType(path), ...headers },
        ...(body === "" ? {} : { body }),
      });
      assert.ok([401, 404].includes(answer.status), `${method} ${path}: ${answer.status} ${answer.text}`);
      assert.ok(!answer.text.includes(token), "the token is not repeated");
    }
    assert.deepEqual(await serverRefs(git, repository.url), before);
  });
}

test("a token sent as Bearer opens nothing in Git", async () => {
  for (const [method, path, body] of TARGETS.filter(([, path]) => !path.startsWith("/2.0"))) {
    const answer = await sendRequest(url, path, {
      method,
      headers: { "Content-Type": contentType(path), Authorization: `Bearer ${token}` },
      ...(body === "" ? {} : { body }),
    });
    assert.equal(answer.status, 401, `${method} ${path}`);
  }
});

// A header that is no list may stand once (RFC 9110, section 5.3). Whichever of two is taken, something in front of the
// server may have looked at the other.
for (const [why, authorizations] of [
  ["a good one before a bad one", [restAuthorization(pail), basic("x", "y")]],
  ["a bad one before a good one", [basic("x", "y"), restAuthorization(pail)]],
  ["a good one twice", [restAuthorization(pail), restAuthorization(pail)]],
  ["an empty one before a good one", ["", restAuthorization(pail)]],
] as const) {
  test(`two Authorization headers, ${why}, are refused`, async () => {
    const lines = authorizations.map((authorization) => `Authorization: ${authorization}\r\n`).join("");
    const head = requestHead("GET", "/2.0/user", { Connection: "close" }).replace(/\r\n$/, `${lines}\r\n`);
    const [status] = statusesOf(await exchange(url, head));
    assert.ok(status === 400 || status === 401, `${status}`);
  });
}
