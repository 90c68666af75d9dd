import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { brotliDecompress } from "node:zlib";
import { projectFile } from "../../project-files.ts";

/**
 * The 30,000 passwords that breaches have most often, from zxcvbn (MIT, see the licence beside the list): all in lower case.
 * Nothing is asked of another server. Read when a password is first chosen, since few processes ever need it.
 */
let read: Promise<ReadonlySet<string>> | undefined;

export function readCommonPasswords(): Promise<ReadonlySet<string>> {
  read ??= readList();
  return read;
}

async function readList(): Promise<ReadonlySet<string>> {
  const compressed = await readFile(projectFile("src/authentication/passwords/common-passwords.txt.br"));
  const text = (await promisify(brotliDecompress)(compressed)).toString("utf8");
  return new Set(text.trimEnd().split("\n"));
}
