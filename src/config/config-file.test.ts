import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { parseConfigFile, readConfigFile } from "./config-file.ts";
import { readConfig } from "./read-config.ts";

const folder = mkdtempSync(join(tmpdir(), "pail-config-"));
after(() => rmSync(folder, { recursive: true }));

function problemsOf(text: string, environment = {}): readonly string[] {
  const outcome = readConfig({}, environment, parseConfigFile(text, "pail.yaml"));
  return outcome.kind === "wrong" ? outcome.problems : [];
}

test("names are those of the flags; a flag wins over a variable, and a variable over the file", () => {
  const file = parseConfigFile(
    "# of the team\npublic-url: https://git.example\nport: 1\nhost: 127.0.0.1\nbearer-api-tokens: no\n" +
      "proxied-host: [a.example, b.example]\ndata: here\nsmtp-url-file: mail-url\n",
    join(folder, "pail.yaml"),
  );
  assert.match(file.problems.join("\n"), /mail-url: cannot be read \(ENOENT\)$/);
  const outcome = readConfig({ port: "3" }, { PAIL_PORT: "2", PAIL_HOST: "::1" }, { ...file, problems: [] });
  assert.ok(outcome.kind === "config");
  const { config } = outcome;
  assert.deepEqual(
    [config.port, config.host, config.publicUrl, config.takesBearerApiTokens, config.dataFolder],
    [3, "::1", "https://git.example", false, join(folder, "here")],
  );
  assert.deepEqual(config.proxiedHosts, ["a.example", "b.example", "git.example"]);
});

test("all that is wrong is told at once, each with its place", () => {
  assert.deepEqual(
    problemsOf(
      'publc-url: https://git.example\nport: 0x1F\nno-rate-limits: true\ndatabase-url: "postgres://a:hunter2@b/c"\n' +
        "rate_limits: yes\nlog-level:\nhost: {a: b}\n",
    ),
    [
      "pail.yaml:1:1: publc-url: there is no such setting: did you mean public-url?",
      "pail.yaml:3:1: no-rate-limits: is written rate-limits: false",
      "pail.yaml:4:1: database-url: holds a password: set DATABASE_URL, or write it into a file of its own and name that with database-url-file",
      "pail.yaml:5:1: rate_limits: there is no such setting: did you mean rate-limits?",
      "pail.yaml:6:1: log-level: must be one value, or a list of them for proxied-host",
      "pail.yaml:7:1: host: must be one value, or a list of them for proxied-host",
      "pail.yaml:2:1: port: must be a whole number from 0 to 65535",
    ],
  );
});

for (const [why, text, problem] of [
  ["no YAML", "port: [1", /^pail\.yaml:1:9: /],
  ["a name twice", "port: 1\nport: 2\n", /^pail\.yaml:2:1: Map keys must be unique/],
  ["a list", "- port\n", /^pail\.yaml:1:1: must be a list of lines such as/],
  ["a word", "port\n", /^pail\.yaml:1:1: must be a list of lines such as/],
  ["a tab", "port:\t1\n\thost: a\n", /^pail\.yaml:2:/],
  ["a reference", "host: &a b\nidentity: *a\n", /^pail\.yaml:2:1: identity: must be one value/],
] as const) {
  test(`${why} is refused with its place`, () => {
    const [first = ""] = problemsOf(text);
    assert.match(first, problem);
  });
}

test("an empty file sets nothing", () => {
  assert.deepEqual(problemsOf(""), []);
  assert.deepEqual(problemsOf("# nothing\n"), []);
});

test("passwords come from a file of their own, which nobody else may read, and a variable wins", () => {
  const secretFile = join(folder, "database-url");
  writeFileSync(secretFile, "postgres://pail:hunter2@db/pail\n");
  const file = join(folder, "pail.yaml");
  writeFileSync(file, "database-url-file: database-url\n");
  for (const [mode, isTaken] of [
    [0o600, true],
    [0o640, true],
    [0o644, false],
    [0o660, false],
  ] as const) {
    chmodSync(secretFile, mode);
    const read = readConfigFile(file, false);
    assert.equal(read.problems.length === 0, isTaken, mode.toString(8));
    assert.ok(!read.problems.join().includes("hunter2"));
  }
  chmodSync(secretFile, 0o600);
  const read = readConfigFile(file, false);
  const outcome = readConfig({}, {}, read);
  assert.ok(outcome.kind === "config" && outcome.config.database.kind === "postgres");
  assert.equal(outcome.config.database.url.reveal(), "postgres://pail:hunter2@db/pail");
  const other = readConfig({}, { DATABASE_URL: "postgres://other/pail" }, read);
  assert.ok(other.kind === "config" && other.config.database.kind === "postgres");
  assert.equal(other.config.database.url.reveal(), "postgres://other/pail");
  writeFileSync(secretFile, "mysql://pail:hunter2@db\n");
  const wrong = readConfig({}, {}, readConfigFile(file, false));
  assert.ok(wrong.kind === "wrong");
  assert.match(wrong.problems.join(), /pail\.yaml:1:1: database-url-file: must begin with postgres/);
  assert.ok(!wrong.problems.join().includes("hunter2"));
});

test("the file of a data folder cannot say where the data folder is; a file that cannot be read is told", () => {
  const { problems } = parseConfigFile("data: /elsewhere\n", "pail.yaml", true);
  assert.match(problems.join(), /^pail\.yaml:1:1: data: cannot be set in the data folder itself/);
  assert.match(
    readConfigFile(join(folder, "none.yaml"), false).problems.join(),
    /none\.yaml: cannot be read/,
  );
  assert.match(readConfigFile(folder, false).problems.join(), /: is not a file$/);
  writeFileSync(join(folder, "large.yaml"), "#".repeat(65_537));
  assert.match(readConfigFile(join(folder, "large.yaml"), false).problems.join(), /larger than 65536 bytes$/);
});
