import assert from "node:assert/strict";
import { test } from "node:test";
import { basic, type HttpAnswer, sendRequest } from "../support/clients/http-request.ts";
import { addEmail } from "../support/examples/accounts.ts";
import {
  createHostedRepository,
  type HostedRepository,
  STATIC_USERNAME,
} from "../support/git/hosted-repository.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { type PailServer, startPailForFile } from "../support/server/pail-server.ts";

type Mode = "strict" | "lenient";

const git = openRealGit();
const servers: Readonly<Record<Mode, PailServer>> = {
  strict: await startPailForFile({ identity: "strict" }),
  lenient: await startPailForFile({ identity: "lenient" }),
};

/** Made before the first test: the servers end when no test is left, though the file still waits for something. */
const repositories: Readonly<Record<Mode, HostedRepository>> = {
  strict: await createHostedRepository(servers.strict),
  lenient: await createHostedRepository(servers.lenient),
};

interface Row {
  readonly why: string;
  readonly username: (pail: PailServer) => string;
  /** What a refusal tells the holder of the token, or undefined where the credential is good. */
  readonly refusal: Readonly<Record<Mode, RegExp | undefined>>;
}

const NAMES_FOR_GIT = /x-bitbucket-api-token-auth/;
const NAMES_FOR_REST = /e-?mail/i;
const GOOD = { strict: undefined, lenient: undefined };

/** The table of `docs/compatibility.md`: the credentials that Git may send. */
const GIT_ROWS: readonly Row[] = [
  { why: "the user name", username: ({ credentials }) => credentials.username, refusal: GOOD },
  { why: "the static name", username: () => STATIC_USERNAME, refusal: GOOD },
  {
    why: "the e-mail address",
    username: ({ credentials }) => credentials.email,
    refusal: { strict: NAMES_FOR_GIT, lenient: undefined },
  },
  {
    why: "x-token-auth",
    username: () => "x-token-auth",
    refusal: { strict: NAMES_FOR_GIT, lenient: undefined },
  },
  {
    why: "the user name of nobody",
    username: () => "somebody-else",
    refusal: { strict: NAMES_FOR_GIT, lenient: NAMES_FOR_GIT },
  },
];

const REST_ROWS: readonly Row[] = [
  { why: "the e-mail address", username: ({ credentials }) => credentials.email, refusal: GOOD },
  {
    why: "the e-mail address in capitals",
    username: ({ credentials }) => credentials.email.toUpperCase(),
    refusal: GOOD,
  },
  {
    why: "the user name",
    username: ({ credentials }) => credentials.username,
    refusal: { strict: NAMES_FOR_REST, lenient: undefined },
  },
  { why: "no name", username: () => "", refusal: { strict: NAMES_FOR_REST, lenient: undefined } },
  {
    why: "the static name",
    username: () => STATIC_USERNAME,
    refusal: { strict: NAMES_FOR_REST, lenient: undefined },
  },
  {
    why: "the e-mail address of nobody",
    username: () => "nobody@example.test",
    refusal: { strict: NAMES_FOR_REST, lenient: NAMES_FOR_REST },
  },
];

function assertOneBasicChallenge(answer: HttpAnswer): void {
  const challenges: string[] = [];
  for (let index = 0; index < answer.rawHeaders.length; index += 2) {
    const [name = "", value = ""] = answer.rawHeaders.slice(index, index + 2);
    if (name.toLowerCase() === "www-authenticate") challenges.push(value);
  }
  assert.equal(challenges.length, 1, answer.rawHeaders.join("\n"));
  assert.match(challenges[0] ?? "", /^Basic realm="[^"]+"$/);
  assert.doesNotMatch(challenges[0] ?? "", /Atlassian Bitbucket/);
}

test("strict: REST with a second address of the account is 401, for only the primary one is its name", async () => {
  const { credentials } = servers.strict;
  const alias = "alias@example.test";
  await addEmail(servers.strict, credentials.email, alias);
  const answer = await sendRequest(credentials.url, new URL(`${credentials.api_url}/user`).pathname, {
    headers: { Authorization: basic(alias, credentials.token) },
  });
  assert.equal(answer.status, 401, answer.text);
  assert.match(answer.text, NAMES_FOR_REST);
});

for (const mode of ["strict", "lenient"] as const) {
  const pail = servers[mode];
  const { credentials } = pail;
  const repository = repositories[mode];
  const infoRefs = `${repository.path}/info/refs?service=git-upload-pack`;
  const rest = (authorization: string) =>
    sendRequest(credentials.url, new URL(`${credentials.api_url}/user`).pathname, {
      headers: { Authorization: authorization },
    });

  for (const { why, username, refusal } of GIT_ROWS) {
    const says = refusal[mode];
    test(`${mode}: git with ${why} and a token ${says === undefined ? "goes through" : "is 401 in words"}`, async () => {
      const name = username(pail);
      const outcome = await git.run(["ls-remote", repository.urlAs(name, credentials.token)]);
      const answer = await sendRequest(credentials.url, infoRefs, {
        headers: { Authorization: basic(name, credentials.token) },
      });
      if (says === undefined) {
        assert.deepEqual([outcome.status, answer.status], [0, 200], outcome.stderr);
        return;
      }
      assert.equal(outcome.status, 128);
      assert.match(outcome.stderr, /Authentication failed/);
      assert.match(outcome.stderr, new RegExp(`^remote: .*${says.source}`, "m"));
      assert.equal(answer.status, 401);
      assert.match(answer.headers["content-type"] ?? "", /^text\/plain/);
      assertOneBasicChallenge(answer);
      assert.ok(answer.text.includes(credentials.username), "the holder reads which names work");
    });
  }

  for (const { why, username, refusal } of REST_ROWS) {
    const says = refusal[mode];
    test(`${mode}: REST with ${why} and a token ${says === undefined ? "goes through" : "is 401 in words"}`, async () => {
      const answer = await rest(basic(username(pail), credentials.token));
      assert.equal(answer.status, says === undefined ? 200 : 401, answer.text);
      if (says === undefined) return;
      const { type, error } = JSON.parse(answer.text) as { type: string; error: { detail: string } };
      assert.equal(type, "error");
      assert.match(error.detail, says);
      assert.doesNotMatch(String(answer.headers["www-authenticate"]), /Atlassian Bitbucket/);
    });
  }

  test(`${mode}: REST with Bearer and a token goes through`, async () => {
    assert.equal((await rest(`Bearer ${credentials.token}`)).status, 200);
    assert.equal((await rest(`bearer ${credentials.token}`)).status, 200, "the scheme has no case");
    assert.equal((await rest(`Bearer ${credentials.token_expired}`)).status, 401);
  });

  test(`${mode}: git with Bearer and a token ${mode === "strict" ? "is 401, and says how to send it" : "goes through"}`, async () => {
    const ask = (token: string) =>
      sendRequest(credentials.url, infoRefs, { headers: { Authorization: `Bearer ${token}` } });
    const answer = await ask(credentials.token);
    assert.equal(answer.status, mode === "strict" ? 401 : 200);
    if (mode === "lenient") return;
    assert.match(answer.text, /Bearer is not accepted here: send the API token as the password/);
    assert.ok(answer.text.includes(credentials.username));
    assert.match((await ask(credentials.token_expired)).text, /expired on/);
    // A stranger reads what everybody reads.
    const { text } = await ask(`${credentials.token.slice(0, 20)}x`);
    assert.doesNotMatch(text, /Bearer|Basic/);
  });

  test(`${mode}: an account password is 401 with a text that points to API tokens`, async () => {
    const password = "correct horse battery staple";
    for (const name of [credentials.username, credentials.email]) {
      const outcome = await git.run(["ls-remote", repository.urlAs(name, password)]);
      assert.equal(outcome.status, 128, name);
      assert.match(outcome.stderr, /^remote: .*API token/im);
      assert.match(outcome.stderr, /Authentication failed/);
      const answer = await rest(basic(name, password));
      assert.equal(answer.status, 401, name);
      assert.match(answer.text, /API token/i);
    }
  });
}
