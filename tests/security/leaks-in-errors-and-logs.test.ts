// The attack: reading what an error gives away: folders of the server, SQL, traces, tokens; and reading the log for what people
// have sent: addresses, tokens, query strings (soft-serve logged Authorization, Gitea's #38108 and its like).
import assert from "node:assert/strict";
import { test } from "node:test";
import { basic, type HttpAnswer, sendRequest } from "../support/clients/http-request.ts";
import { createAccount, createToken, inventToken } from "../support/examples/accounts.ts";
import {
  createFilledRepository,
  createHostedRepository,
  NO_OBJECT,
  STATIC_USERNAME,
} from "../support/git/hosted-repository.ts";
import { rawPushBody } from "../support/git/raw-push.ts";
import { openRealGit } from "../support/git/real-git.ts";
import { startPailForFile } from "../support/server/pail-server.ts";
import { callService, restAuthorization, serverFaults } from "./hostile-client.ts";
import { buildPack, NO_OBJECTS, packEntry } from "./hostile-packs.ts";

const pail = await startPailForFile();
const git = openRealGit();
const { url, workspace, email } = pail.credentials;
const { repository, ids } = await createFilledRepository(git, pail);
const open = await createHostedRepository(pail, { isPrivate: false });
const ADDRESS = "leaked.address@example.org";
const SECRET_WORD = "leaked-query-word";
const authorization = restAuthorization(pail);

const REST_PATHS = [
  `/workspaces/${ADDRESS}`,
  `/repositories/${ADDRESS}`,
  `/repositories/${ADDRESS}/x`,
  `/repositories/${workspace}/${ADDRESS}`,
  `/users/${ADDRESS}`,
  `/user/emails/${ADDRESS}`,
  `/user/emails/${email}`,
  `/repositories/${open.fullName}/commits/${ADDRESS}`,
  `/repositories/${open.fullName}/commit/${ADDRESS}`,
  `/repositories/${open.fullName}/commits?include=${ADDRESS}&word=${SECRET_WORD}`,
  `/repositories/${open.fullName}/commits?path=${ADDRESS}/..&word=${SECRET_WORD}`,
  `/repositories/${open.fullName}/commits?ctx=${SECRET_WORD}`,
  `/repositories/${workspace}?q=${ADDRESS}`,
  `/repositories/${workspace}?q=name="${ADDRESS}"`.replaceAll('"', "%22"),
  `/repositories/${workspace}?q=nothing.like.it=1&word=${SECRET_WORD}`,
  `/repositories/${workspace}?sort=no_such_field&word=${SECRET_WORD}`,
  `/repositories/${workspace}?sort=${ADDRESS}`,
  `/repositories/${workspace}?role=${ADDRESS}`,
  `/repositories/${workspace}?fields=${ADDRESS}&page=${SECRET_WORD}`,
  `/repositories/${workspace}?pagelen=${SECRET_WORD}`,
  `/nothing/${ADDRESS}?${SECRET_WORD}`,
  `/repositories/${workspace}/%zz${ADDRESS}`,
];

async function askAll(): Promise<readonly HttpAnswer[]> {
  const answers: HttpAnswer[] = [];
  for (const path of REST_PATHS) {
    for (const headers of [{}, { Authorization: authorization }])
      answers.push(await sendRequest(url, `/2.0${path}`, { headers }));
  }
  for (const name of [ADDRESS, `${ADDRESS}/x`, `${workspace}/${ADDRESS}.git`]) {
    const target = `/${name}/info/refs?service=${ADDRESS}&word=${SECRET_WORD}`;
    const headers = { Authorization: basic(STATIC_USERNAME, pail.credentials.token) };
    for (const path of [target, target.replace(ADDRESS, "git-upload-pack")])
      answers.push(await sendRequest(url, path, { headers }));
  }
  for (const name of [ADDRESS, email, SECRET_WORD]) {
    for (const password of [pail.credentials.token_expired, inventToken(), SECRET_WORD, ADDRESS])
      answers.push(
        await sendRequest(url, "/2.0/user", { headers: { Authorization: basic(name, password) } }),
      );
  }
  for (const json of [
    `{"${ADDRESS}`,
    `{"scm":"${ADDRESS}"}`,
    `{"name":"${ADDRESS}\\u0000"}`,
    `{"${ADDRESS}":"\\u0000"}`,
    `{"project":{"key":"${ADDRESS}"}}`,
    `{"mainbranch":{"name":"${ADDRESS}..x"}}`,
    `{"fork_policy":"${SECRET_WORD}"}`,
  ]) {
    const headers = { Authorization: authorization, "Content-Type": "application/json" };
    const path = `/2.0/repositories/${repository.fullName}`;
    answers.push(await sendRequest(url, path, { method: "PUT", headers, body: json }));
  }
  return [...answers, ...(await askGit())];
}

function packet(payload: string): string {
  return (payload.length + 4).toString(16).padStart(4, "0") + payload;
}

async function askGit(): Promise<readonly HttpAnswer[]> {
  const create = { before: NO_OBJECT, after: ids[0]!, name: `refs/heads/${ADDRESS}` };
  const bad = { ...create, after: "1".repeat(40) };
  const caps = ["report-status", "side-band-64k"];
  const v2 = { "Git-Protocol": "version=2" };
  const answers: HttpAnswer[] = [];
  for (const body of [
    Buffer.from(`${packet(`${ADDRESS} ${SECRET_WORD}`)}0000`),
    rawPushBody([bad], caps, NO_OBJECTS),
    rawPushBody([{ ...create, name: `${ADDRESS}\n` }], caps, NO_OBJECTS),
    rawPushBody([bad], caps, buildPack([packEntry("tree", Buffer.from("40000 .git\0aaaaaaaaaaaaaaaaaaaa"))])),
    rawPushBody([bad], caps, buildPack([packEntry("commit", Buffer.from(`tree ${ADDRESS}`))])),
    rawPushBody(
      [bad],
      caps,
      Buffer.from("PACK\0\0\0\x02\0\0\0\x01garbage of many bytes, more than a header"),
    ),
  ])
    answers.push(await callService(pail, "git-receive-pack", repository.path, body));
  for (const [body, headers] of [
    [`${packet(`command=${ADDRESS}`)}0000`, v2],
    [`${packet("command=ls-refs")}0001${packet(`x ${ADDRESS}`)}0000`, v2],
    [`${packet("command=fetch")}0001${packet(`want ${ADDRESS}`)}0000`, v2],
    [`${packet(`want ${"1".repeat(40)}`)}00000009done\n`, {}],
    [`${packet(`want ${ADDRESS}`)}0000`, {}],
    [packet(SECRET_WORD), { "Content-Encoding": ADDRESS }],
    [packet(SECRET_WORD), { "Git-Protocol": ADDRESS }],
    [packet(SECRET_WORD), { "Content-Type": ADDRESS }],
  ] as const)
    answers.push(await callService(pail, "git-upload-pack", repository.path, Buffer.from(body), headers));
  return answers;
}

const answers = await askAll();

test("no answer tells of folders, of code, of the database or of the machine", () => {
  const inside =
    /node_modules|\.ts:\d|file:\/\/|\bat \S+ \(|\bselect\b.*\bfrom\b|sqlite|postgres|kysely|fastify|ENOENT|EACCES|errno|syscall|pail\.sqlite/i;
  for (const { text, rawHeaders } of answers) {
    assert.doesNotMatch(text, inside);
    assert.doesNotMatch(rawHeaders.join("\n"), inside);
    for (const folder of [pail.dataFolder, "/repositories/unfinished", process.cwd()])
      assert.ok(!text.includes(`${folder}/`), text);
  }
});

test("no answer is an error of the server, and the log has none", () => {
  assert.deepEqual(
    answers.filter(({ status }) => status >= 500).map(({ text }) => text),
    [],
  );
  assert.deepEqual(serverFaults(pail), []);
});

test("the log holds no e-mail address, neither of an account nor of what somebody sent", () => {
  const lines = pail.logText().split("\n");
  const found = lines
    .filter((line) => line.includes("@"))
    .map((line) => /"failure\.message":"[^"]*@[^"]*"/.exec(line)?.[0] ?? line);
  assert.deepEqual([...new Set(found)], []);
});

test("the log holds no query string, no header and no body", () => {
  assert.deepEqual(
    pail
      .logText()
      .split("\n")
      .filter((line) => line.includes(SECRET_WORD)),
    [],
  );
  assert.ok(!/authorization|cookie|Basic [A-Za-z0-9+/]{8}/i.test(pail.logText()));
});

test("a token that is sent in every wrong place stands in no line of the log, and in no answer", async () => {
  const account = await createAccount(pail, "careless");
  const { text: token } = await createToken(pail, account.email, ["read:repository"]);
  const part = token.slice(20, 60);
  const sent: HttpAnswer[] = [];
  for (const path of [
    `/2.0/users/${token}`,
    `/2.0/workspaces/${token}`,
    `/${token}/x.git/info/refs?service=${token}`,
  ])
    sent.push(await sendRequest(url, path, { headers: { Authorization: authorization } }));
  for (const body of [
    Buffer.from(`${packet(token)}0000`),
    rawPushBody(
      [{ before: NO_OBJECT, after: "1".repeat(40), name: `refs/heads/x ${token}` }],
      ["report-status"],
      NO_OBJECTS,
    ),
  ])
    sent.push(await callService(pail, "git-receive-pack", repository.path, body));
  const v2 = { "Git-Protocol": "version=2" };
  for (const body of [
    `${packet(`command=${token}`)}0000`,
    `${packet("command=ls-refs")}0001${packet(token)}0000`,
  ])
    sent.push(await callService(pail, "git-upload-pack", repository.path, Buffer.from(body), v2));
  assert.ok(!pail.logText().includes(part), "the log has it");
  // The one exception: the name of a ref that was asked for comes back to who has asked, or git could not tell it apart.
  for (const { text } of sent.filter((answer) => !answer.text.includes("ng refs/heads/x")))
    assert.ok(!text.includes(part), text);
});
