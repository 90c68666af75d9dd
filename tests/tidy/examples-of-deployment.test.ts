// What people copy from deploy/ and docs/: nothing here starts it, so what a merge or a renamed option has broken is found by reading.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { parseConfigFile } from "../../src/config/config-file.ts";
import {
  CONFIG_VARIABLE,
  DATABASE_URL_VARIABLE,
  PREVIOUS_SEALING_KEY_VARIABLE,
  SEALING_KEY_VARIABLE,
  SETTINGS,
  SMTP_URL_VARIABLE,
} from "../../src/config/settings.ts";
import { openPailCommand } from "../support/server/pail-command.ts";

const ROOT = join(import.meta.dirname, "..", "..");

function filesOf(folder: string, name: RegExp): readonly string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && name.test(entry.name))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));
}

const read = (file: string) => readFileSync(join(ROOT, file), "utf8");

/** Keys that are there twice are refused; `<<` brings what an anchor has. */
function parseYaml(text: string, where: string): unknown {
  try {
    return parse(text, { uniqueKeys: true, merge: true });
  } catch (error) {
    throw new Error(`${where}: ${(error as Error).message}`);
  }
}

type Service = {
  readonly image?: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly depends_on?: Readonly<Record<string, unknown>>;
};

type Composition = {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes?: Readonly<Record<string, unknown>>;
};

const VARIABLES = new Set([
  ...SETTINGS.map(({ variable }) => variable),
  DATABASE_URL_VARIABLE,
  SMTP_URL_VARIABLE,
  SEALING_KEY_VARIABLE,
  PREVIOUS_SEALING_KEY_VARIABLE,
  CONFIG_VARIABLE,
]);
/** Those of settings, and what else the sources ask for, such as PAIL_CONTROL. */
const KNOWN_VARIABLES = new Set([
  ...VARIABLES,
  ...filesOf("src", /(?<!\.test)\.ts$/).flatMap((file) => read(file).match(/\bPAIL_[A-Z0-9_]+\b/g) ?? []),
  // Of compositions alone: the name that Caddy gets its certificate for, where it finds Pail, and the URL of the nodes.
  "PAIL_SITE",
  "PAIL_UPSTREAM",
  "PAIL_URL",
]);

/** The words that may follow a command: what completes it knows all of them. */
const WORDS_AFTER = new Map<string, ReadonlySet<string>>();
const pail = openPailCommand();
const completion = await pail.run(["completion", "bash"]);
for (const [, path, words] of completion.stdout.matchAll(/^ {4}"(pail[^"]*)"\) words="([^"]*)" ;;$/gm))
  WORDS_AFTER.set(path!, new Set(words!.split(" ")));

/** What is wrong with a command line that begins with `pail`; undefined if nothing is. */
function findFault(line: string): string | undefined {
  let path = "pail";
  for (const word of line.split(/\s+/).slice(1)) {
    if (word === "--" || /^[|;&#>]/.test(word)) return undefined;
    const known = WORDS_AFTER.get(path)!;
    const [name] = word.split("=") as [string];
    if (name.startsWith("--")) {
      if (!known.has(name) && name !== "--version") return `${path} has no ${name}`;
    } else if (WORDS_AFTER.has(`${path} ${word}`)) path = `${path} ${word}`;
    else if (path === "pail" && !word.startsWith("-")) return `there is no command ${word}`;
  }
  return undefined;
}

const COMPOSITIONS = filesOf("deploy", /compose.*\.ya?ml$/);

test("compositions are found, and commands to compare theirs with", () => {
  assert.deepEqual(COMPOSITIONS.toSorted(), ["deploy/compose.yaml", "deploy/many-nodes/compose.yaml"]);
  assert.ok(WORDS_AFTER.get("pail serve")?.has("--public-url"), completion.stderr);
  assert.match(findFault("pail serve --nonsense x") ?? "", /no --nonsense/);
  assert.match(findFault("pail serf") ?? "", /no command serf/);
});

test("every YAML file of deploy/ and every block of YAML in docs/ has each key once", () => {
  for (const file of filesOf("deploy", /\.ya?ml$/)) parseYaml(read(file), file);
  for (const file of [...filesOf("docs", /\.md$/), "README.md"])
    for (const [, block] of read(file).matchAll(/^```ya?ml\n(.*?)^```$/gms)) {
      parseYaml(block!, file);
      if (/^# \S*pail\.yaml$/m.test(block!))
        assert.deepEqual(
          parseConfigFile(block!, "pail.yaml").problems.filter(
            (problem) => !/ENOENT|no such file/.test(problem),
          ),
          [],
          file,
        );
    }
});

for (const file of COMPOSITIONS)
  test(`${file}: images, volumes, order, settings and commands are there`, () => {
    const { services, volumes = {} } = parseYaml(read(file), file) as Composition;
    const mounted = new Set<string>();
    for (const [name, service] of Object.entries(services)) {
      assert.match(service.image ?? "", /^[a-z0-9./-]+(?::[\w.-]+)?$/, `${name} has no image`);
      assert.doesNotMatch(service.image!, /:latest$/, `${name}: which version is meant?`);
      for (const volume of service.volumes ?? []) {
        const [source] = volume.split(":") as [string];
        if (/^[./]/.test(source)) readFileSync(join(ROOT, file, "..", source));
        else mounted.add(source);
      }
      for (const other of Object.keys(service.depends_on ?? {}))
        assert.ok(other in services, `${name} waits for ${other}, which is not there`);
      if (service.image !== "pail") continue;
      assert.equal(findFault(["pail", ...(service.command ?? [])].join(" ")), undefined, name);
      for (const variable of Object.keys(service.environment ?? {}))
        assert.ok(VARIABLES.has(variable) || variable.startsWith("AWS_"), `${name}: ${variable}`);
    }
    assert.deepEqual([...mounted].toSorted(), Object.keys(volumes).toSorted(), "volumes that are declared");
  });

test("commands and variables of deploy/, docs/ and the README are those that Pail has", () => {
  const faults: string[] = [];
  for (const file of [...filesOf("docs", /\.md$/), ...filesOf("deploy", /./), "README.md"]) {
    const text = read(file);
    for (const [variable] of text.matchAll(/\bPAIL_[A-Z0-9_]+\b/g))
      if (!KNOWN_VARIABLES.has(variable)) faults.push(`${file}: ${variable}`);
    for (const [, line] of text.matchAll(/^(?:#? {4,}|#? *\$ )?(?:sudo -u pail )?(pail [a-z].*)$/gm)) {
      const fault = findFault(line!.replaceAll(/[`)].*/g, ""));
      if (fault !== undefined) faults.push(`${file}: ${line}: ${fault}`);
    }
    for (const [, line] of text.matchAll(/compose -f \S+ exec \S+ (pail .*)$/gm)) {
      const fault = findFault(line!);
      if (fault !== undefined) faults.push(`${file}: ${line}: ${fault}`);
    }
  }
  assert.deepEqual(faults, []);
});

const nginxIsMissing =
  spawnSync("nginx", ["-v"]).status === 0
    ? false
    : "nginx is not installed, which checks its own configuration";

test("nginx takes its configurations", { skip: nginxIsMissing }, () => {
  const folder = mkdtempSync(join(tmpdir(), "pail-nginx-"));
  try {
    for (const file of filesOf("deploy", /nginx\.conf$/)) {
      // Names of hosts and files of certificates are those of another machine.
      const site = read(file)
        .replaceAll(/^\s*ssl_certificate(?:_key)? .*$/gm, "")
        .replaceAll(/\bpail-[a-z]:8080/g, "127.0.0.1:8080")
        .replaceAll(/ ssl\b/g, "");
      const main = join(folder, "nginx.conf");
      mkdirSync(join(folder, "logs"), { recursive: true });
      writeFileSync(main, `pid ${join(folder, "pid")}; error_log stderr; events {}\nhttp {\n${site}}\n`);
      const { status, stderr } = spawnSync("nginx", ["-t", "-q", "-p", folder, "-c", main], {
        encoding: "utf8",
      });
      assert.equal(status, 0, `${file}: ${stderr}`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

const haproxyIsMissing =
  spawnSync("haproxy", ["-v"]).status === 0
    ? false
    : "HAProxy is not installed, which checks its own configuration";

test("HAProxy takes its configuration", { skip: haproxyIsMissing }, () => {
  const folder = mkdtempSync(join(tmpdir(), "pail-haproxy-"));
  try {
    const file = join(folder, "haproxy.cfg");
    writeFileSync(
      file,
      read("deploy/many-nodes/haproxy.cfg").replaceAll(/\bpail-[a-z]:8080/g, "127.0.0.1:8080"),
    );
    const { status, stderr } = spawnSync("haproxy", ["-c", "-q", "-f", file], { encoding: "utf8" });
    assert.equal(status, 0, stderr);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
