import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { isMap, isPair, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml";
import { nearestWords } from "../model/nearest-words.ts";
import { fileNameOf, SETTINGS, type SettingName } from "./settings.ts";

const FILE_BYTES_MAX = 64 * 1024;

/** Settings that are a secret or hold one. The file names another file with it, which nobody else may read. */
export const SECRET_FILES = {
  "database-url-file": "DATABASE_URL",
  "smtp-url-file": "PAIL_SMTP_URL",
  "sealing-key-file": "PAIL_SEALING_KEY",
  "previous-sealing-key-file": "PAIL_PREVIOUS_SEALING_KEY",
} as const;
export type SecretVariable = (typeof SECRET_FILES)[keyof typeof SECRET_FILES];

/** A value as it was written, and where: `pail.yaml:3:7: public-url`. */
export type FileValue = { readonly text: string; readonly source: string };

export type ConfigFile = {
  readonly values: ReadonlyMap<SettingName, FileValue>;
  readonly secrets: ReadonlyMap<SecretVariable, FileValue>;
  /** Each with its place in the file. */
  readonly problems: readonly string[];
};

const BY_FILE_NAME = new Map(SETTINGS.map(({ name }) => [fileNameOf(name), name]));
const PATHS: ReadonlySet<SettingName> = new Set(["data", "tlsCert", "tlsKey"]);
const KNOWN_NAMES = [...BY_FILE_NAME.keys(), ...Object.keys(SECRET_FILES)];

/** What is not taken in clear, with what is to be done instead. */
const IN_CLEAR: Readonly<Record<string, string>> = {
  "database-url":
    "holds a password: set DATABASE_URL, or write it into a file of its own and name that with database-url-file",
  "smtp-url":
    "holds a password: set PAIL_SMTP_URL, or write it into a file of its own and name that with smtp-url-file",
  "sealing-key":
    "is a secret: set PAIL_SEALING_KEY, or write it into a file of its own and name that with sealing-key-file",
  "previous-sealing-key":
    "is a secret: set PAIL_PREVIOUS_SEALING_KEY, or write it into a file of its own and name that with previous-sealing-key-file",
};

/**
 * Reads a configuration file.
 *
 * @param isOfDataFolder it was found there, so it cannot say where the data folder is.
 */
export function readConfigFile(file: string, isOfDataFolder: boolean): ConfigFile {
  const read = readSmallFile(file, FILE_BYTES_MAX);
  if (read.kind === "wrong")
    return { values: new Map(), secrets: new Map(), problems: [`${file}: ${read.problem}`] };
  return parseConfigFile(read.text, file, isOfDataFolder);
}

/** Relative paths in it begin at the folder of the file. */
export function parseConfigFile(text: string, file: string, isOfDataFolder = false): ConfigFile {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, uniqueKeys: true, prettyErrors: false });
  const values = new Map<SettingName, FileValue>();
  const secrets = new Map<SecretVariable, FileValue>();
  const problems: string[] = [];
  const at = (offset: number) => {
    const { line, col } = lineCounter.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  for (const error of document.errors) problems.push(`${at(error.pos[0])}: ${sentence(error.message)}`);
  const root = document.contents;
  if (root === null) return { values, secrets, problems };
  if (!isMap(root)) {
    problems.push(`${at(root.range?.[0] ?? 0)}: must be a list of lines such as "port: 8080"`);
    return { values, secrets, problems };
  }
  const folder = dirname(resolve(file));
  for (const item of root.items) {
    if (!isPair(item) || !isScalar(item.key)) continue;
    const key = String(item.key.value);
    const source = `${at(item.key.range?.[0] ?? 0)}: ${key}`;
    const name = BY_FILE_NAME.get(key);
    const secret = SECRET_FILES[key as keyof typeof SECRET_FILES];
    const text = textOf(item.value as Node | null);
    if (name === undefined && secret === undefined) problems.push(`${source}: ${unknownName(key)}`);
    else if (text === undefined)
      problems.push(`${source}: must be one value, or a list of them for proxied-host`);
    else if (name === "data" && isOfDataFolder)
      problems.push(`${source}: cannot be set in the data folder itself: name the file with --config`);
    else if (name !== undefined)
      values.set(name, { text: PATHS.has(name) ? resolve(folder, text) : text, source });
    else if (secret !== undefined) {
      const read = readSecretFile(resolve(folder, text));
      if (read.kind === "wrong") problems.push(`${source}: ${read.problem}`);
      else secrets.set(secret, { text: read.text.trim(), source });
    }
  }
  return { values, secrets, problems };
}

function unknownName(key: string): string {
  const inClear = IN_CLEAR[key];
  if (inClear !== undefined) return inClear;
  const positive = key.replace(/^no-/, "");
  if (positive !== key && BY_FILE_NAME.has(positive)) return `is written ${positive}: false`;
  const shown = key.replaceAll("_", "-");
  const nearest = BY_FILE_NAME.has(shown) ? [shown] : nearestWords(key, KNOWN_NAMES);
  return `there is no such setting: did you mean ${nearest.join(", ")}?`;
}

/** As written: `0x1F` is no number here, as it is none on the command line. */
function textOf(value: Node | null): string | undefined {
  if (isScalar(value)) {
    if (value.value === null) return undefined;
    return typeof value.value === "string" ? value.value : (value.source ?? String(value.value));
  }
  if (!isSeq(value)) return undefined;
  const texts = value.items.map((item) =>
    isScalar(item) && item.value !== null ? String(item.value) : undefined,
  );
  return texts.every((text) => text !== undefined) ? texts.join(",") : undefined;
}

function sentence(message: string): string {
  return message.split("\n", 1)[0]!.replace(/[.:]$/, "");
}

type FileOutcome =
  | { readonly kind: "text"; readonly text: string; readonly mode: number }
  | { readonly kind: "wrong"; readonly problem: string };

function readSmallFile(file: string, bytesMax: number): FileOutcome {
  let descriptor: number | undefined;
  try {
    // A pipe without a writer would be waited for.
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
    const state = fstatSync(descriptor);
    if (!state.isFile()) return { kind: "wrong", problem: "is not a file" };
    if (state.size > bytesMax) return { kind: "wrong", problem: `is larger than ${bytesMax} bytes` };
    return { kind: "text", text: readFileSync(descriptor, "utf8"), mode: state.mode };
  } catch (error) {
    const { code = "unknown" } = error as NodeJS.ErrnoException;
    return { kind: "wrong", problem: `cannot be read (${code})` };
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/** Permission bits of everyone else, and writing for the group. */
const EXPOSED_MODE = 0o027;

function readSecretFile(file: string): FileOutcome {
  const read = readSmallFile(file, FILE_BYTES_MAX);
  if (read.kind === "wrong") return { kind: "wrong", problem: `${file}: ${read.problem}` };
  if ((read.mode & EXPOSED_MODE) !== 0)
    return { kind: "wrong", problem: `${file}: others can read or change it: chmod 600, or 640 for a group` };
  return read;
}
