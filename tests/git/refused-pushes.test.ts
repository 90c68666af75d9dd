// Whatever a push is refused for, the person who pushes reads why, and the refs that are good are made.
import assert from "node:assert/strict";
import { test } from "node:test";
import { dataPacket } from "../../src/git/wire/packet.ts";
import {
  PUSH_COMMANDS_MAX,
  PUSH_OPTION_BYTES_MAX,
  PUSH_OPTIONS_MAX,
} from "../../src/git/wire/push-request.ts";
import { basic } from "../support/clients/http-request.ts";
import { startFilledApp } from "../support/server/filled-app.ts";

const { app, git, folder, commit, url } = await startFilledApp();
const tip = await commit({ a: "a\n" }, "First");
await git.out(["push", "--quiet", "origin", "HEAD:refs/heads/main"], { folder });
const ZERO = "0".repeat(40);
const authorization = basic("x-bitbucket-api-token-auth", await app.token());
let count = 0;

async function serverRefs(): Promise<string> {
  return (await git.bytes(["ls-remote", url], { folder })).toString("latin1");
}

/** Pushes like the real git, with names of any bytes: an argument cannot carry them, a script can. */
async function pushNames(names: readonly string[], more: readonly string[], protocol: 0 | 1 | 2) {
  const specs = names.map((name) => `"$(printf '%s:refs/heads/${name}' ${tip})"`).join(" ");
  return git.run(["-c", `alias.pushed=!git push ${more.join(" ")} origin ${specs}`, "pushed"], {
    folder,
    protocol,
  });
}

for (const protocol of [0, 1, 2] as const) {
  for (const [why, name, shown] of [
    ["a name that is not UTF-8", "caf\\351", /remote: .*"refs\/heads\/caf\\351".* is not UTF-8/],
    ["a name with U+0085", "nel\\302\\205", /control characters/],
    ["a name with U+009F", "apc\\302\\237", /control characters/],
    [
      "a name that is too long",
      "x".repeat(200).concat("/").repeat(6).concat("x"),
      /longer than the limit of 1024 bytes/,
    ],
  ] as const) {
    test(`protocol ${protocol}: ${why} is refused with a reason, and the good ref is made`, async () => {
      const good = `good-${count++}`;
      const { status, stderr } = await pushNames([good, name], [], protocol);
      assert.equal(status, 1, stderr);
      assert.match(stderr, /! \[remote rejected\]/);
      assert.match(stderr, shown);
      const refs = await serverRefs();
      assert.ok(refs.includes(`refs/heads/${good}\n`), stderr);
      assert.doesNotMatch(refs, /caf|nel|apc|xxx/);
    });
  }
}

test("an atomic push with such a name makes no ref, and says so for each", async () => {
  const { stderr } = await pushNames(["together", "caf\\351"], ["--atomic"], 2);
  assert.match(stderr, /! \[remote rejected\] .*together \(atomic push failure\)/);
  assert.match(stderr, /is not UTF-8/);
  assert.ok(!(await serverRefs()).includes("together"));
});

for (const protocol of [0, 1, 2] as const) {
  test(`protocol ${protocol}: push options beyond the limits`, async () => {
    for (const [options, shown] of [
      [
        Array.from({ length: PUSH_OPTIONS_MAX + 1 }, (_, index) => `o${index}`),
        `${PUSH_OPTIONS_MAX} push options`,
      ],
      [["x".repeat(PUSH_OPTION_BYTES_MAX + 1)], `longer than ${PUSH_OPTION_BYTES_MAX} bytes`],
    ] as const) {
      const args = options.flatMap((option) => ["-o", option]);
      const { status, stderr } = await git.run(["push", ...args, "origin", `${tip}:refs/heads/optioned`], {
        folder,
        protocol,
      });
      assert.equal(status, 1, stderr);
      assert.match(stderr, new RegExp(`remote: .*${shown}`));
      assert.match(stderr, new RegExp(`! \\[remote rejected\\] .*optioned \\(.*${shown}`));
    }
    assert.ok(!(await serverRefs()).includes("optioned"));
  });
}

/** What a git without this or that capability is told, by bytes, for what the real git does not send. */
async function rawPush(
  commands: readonly (string | Buffer)[],
  capabilities: string,
  tail: readonly Buffer[] = [],
) {
  const lines = commands.map((command, index) =>
    dataPacket(Buffer.concat([Buffer.from(command), Buffer.from(index === 0 ? `\0${capabilities}` : "")])),
  );
  const answer = await fetch(`${url.replace(/\/\/[^@]*@/, "//")}/git-receive-pack`, {
    method: "POST",
    headers: { authorization, "content-type": "application/x-git-receive-pack-request" },
    body: Buffer.concat([...lines, Buffer.from("0000"), ...tail]),
  });
  return { status: answer.status, text: Buffer.from(await answer.arrayBuffer()).toString("latin1") };
}

const remove = (name: string) => `${tip} ${ZERO} refs/heads/${name}`;
const SHA_256 = `${"a".repeat(64)} ${"0".repeat(64)} refs/heads/main`;
const options = Array.from({ length: PUSH_OPTIONS_MAX + 1 }, () => dataPacket("o"));
const OPTIONED = [...options, Buffer.from("0000")];
const longNames = Array.from({ length: 17_000 }, (_, index) => remove(`${index}${"x".repeat(1_000)}`));

for (const [why, commands, more, tail, shown] of [
  ["a SHA-256 id", [SHA_256], "", [], /SHA-256/],
  ["another object format", [remove("gone")], " object-format=sha256", [], /sha256.* not supported/],
  ["too many options", [remove("gone")], " push-options", OPTIONED, /100 push options/],
  ["too many bytes of commands", longNames, "", [], /commands of more than \d+ bytes/],
  [
    "too many refs",
    Array.from({ length: PUSH_COMMANDS_MAX + 1 }, (_, index) => remove(`gone-${index}`)),
    "",
    [],
    new RegExp(`more than ${PUSH_COMMANDS_MAX} refs`),
  ],
] as const) {
  test(`${why}: told in the report, in a sideband, or by the status`, async () => {
    const both = await rawPush(commands, `report-status side-band-64k${more}`, tail);
    assert.equal(both.status, 200, both.text.slice(0, 200));
    assert.match(both.text, shown);
    assert.match(both.text, /unpack .*ng refs\/heads\//s);
    assert.ok(both.text.endsWith("0000"));
    const v2 = await rawPush(commands, `report-status-v2 side-band-64k${more}`, tail);
    assert.equal(v2.text, both.text);
    const report = await rawPush(commands, `report-status${more}`, tail);
    assert.equal(report.status, 200);
    assert.match(report.text, /^[0-9a-f]{4}unpack /);
    assert.match(report.text, shown);
    // Channel 2 is shown as it is, channel 3 as a fatal error.
    const sideband = await rawPush(commands, `side-band-64k${more}`, tail);
    assert.ok([2, 3].includes(sideband.text.charCodeAt(4)), sideband.text.slice(0, 100));
    assert.match(sideband.text, shown);
    const neither = await rawPush(commands, `quiet${more}`, tail);
    assert.match(String(neither.status), /^4/);
    assert.match(neither.text, shown);
  });
}

test("50,001 refs are each told to be refused", async () => {
  const commands = Array.from({ length: PUSH_COMMANDS_MAX + 1 }, (_, index) => remove(`gone-${index}`));
  const { text } = await rawPush(commands, "report-status");
  assert.equal(text.split("ng refs/heads/gone-").length - 1, PUSH_COMMANDS_MAX + 1);
});

test("capabilities that nobody knows are passed over", async () => {
  const { text } = await rawPush(
    [remove("gone")],
    "report-status never-heard-of=it session-id=x object-format=sha1",
  );
  assert.match(text, /unpack ok/);
});
