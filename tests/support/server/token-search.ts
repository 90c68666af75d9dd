import { hash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

/** A token's first letters, the same for all; then what is secret. */
const HEADER = "ATATT3xFfGF0";
/** With this many letters behind it, the header is a token's and no example of one. */
const SHAPE = /ATATT3xFfGF0[\w=-]{20,}/;
/** Pieces of tokens, and of `user:token` in base64, are within such runs. Object ids are too, and are looked through for nothing. */
const RUN = /[A-Za-z0-9+/_=-]{40,}/g;
const PIECE_LENGTH = 16;
const RUN_LENGTH_MIN = 40;

/** Pieces of the tokens that this test file has made, each with the digest of its token: what stands in the database of it. */
const pieces = new Map<string, string>();

/** Notes every token in what a command has printed, or in a file of credentials. */
export function noteTokens(text: string): void {
  for (const [token] of text.matchAll(/ATATT3xFfGF0[\w-]{171}=[0-9A-F]{8}/g))
    notePieces(token.slice(HEADER.length), hash("sha256", token, "hex"));
}

/** Makes a source of random bytes whose every secret is noted: of the token's text, and of whatever else is made of them. */
export function noteRandomBytes(source: (length: number) => Buffer): (length: number) => Buffer {
  return (length) => {
    const bytes = source(length);
    const text = bytes.toString("base64url");
    if (text.length >= RUN_LENGTH_MIN)
      notePieces(text, `made of random bytes that begin ${text.slice(0, 2)}`);
    return bytes;
  };
}

function notePieces(secret: string, name: string): void {
  for (let at = 0; at + PIECE_LENGTH <= secret.length; at += PIECE_LENGTH)
    pieces.set(secret.slice(at, at + PIECE_LENGTH), name);
}

/** @returns which token of this test file stands in the text, whole or for 40 letters, as it is or in base64. */
export function findToken(text: string): string | undefined {
  for (const [run] of text.matchAll(RUN)) {
    const found = findPlain(run) ?? findEncoded(run);
    if (found !== undefined) return found;
  }
  return undefined;
}

function findPlain(text: string): string | undefined {
  for (let at = 0; at + PIECE_LENGTH <= text.length; at += 1) {
    const name = pieces.get(text.slice(at, at + PIECE_LENGTH));
    if (name !== undefined) return `the token ${name}`;
  }
  return undefined;
}

/** The run may begin anywhere in the encoded text. */
function findEncoded(run: string): string | undefined {
  for (let skipped = 0; skipped < 4; skipped += 1) {
    const found = findPlain(Buffer.from(run.slice(skipped), "base64").toString("latin1"));
    if (found !== undefined) return `${found}, in base64`;
  }
  return undefined;
}

/**
 * For logs, in which there may be no token of others either: what a stranger has sent may open something elsewhere.
 *
 * @throws Error that names the token by its digest, and never repeats it.
 */
export function refuseTokens(where: string, text: string): void {
  const found =
    findToken(text) ?? (SHAPE.test(text) ? "a token that this test file has not made" : undefined);
  refuseFound(where, found);
}

function refuseFound(where: string, found: string | undefined): void {
  if (found !== undefined) throw new Error(`${where} has ${found} in it`);
}

/** For the bytes of a SQLite database, with what lies in them unused. What people have put into a name is kept as it is. */
export function refuseTokensInDatabase(path: string): void {
  for (const file of [path, `${path}-wal`])
    if (existsSync(file)) refuseFound(file, findToken(readFileSync(file, "latin1")));
}

/** Files in which tokens stand in plain, as they should: those of `pail demo`, and of the tests themselves. */
const PLAIN_FILES = new Set(["demo-credentials.json", "demo-commands.sh", "tokens.json"]);
/** Git's own, compressed. */
const PACK_FILES = /\.(?:pack|idx|rev|bitmap)$/;

/** The same in a database. */
const PACK_TABLES = new Set(["inline_object"]);

/** For a data folder as a kill leaves it, with what was half written. */
export function refuseTokensInFolder(folder: string): void {
  // A server may be stopped twice, and its folder has gone with the first time.
  if (!existsSync(folder)) return;
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  for (const file of entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name)))
    if (!PLAIN_FILES.has(basename(file)) && !PACK_FILES.test(file) && existsSync(file))
      refuseFound(file, findToken(readFileSync(file, "latin1")));
}

/** For every row of a PostgreSQL database, in the schema that the URL names. */
export async function refuseTokensInPostgres(url: string): Promise<void> {
  const { default: pg } = await import("pg");
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows: tables } = await client.query(
      "select table_name::text as name from information_schema.tables where table_schema = current_schema()",
    );
    for (const { name } of tables) {
      if (PACK_TABLES.has(name)) continue;
      const { rows } = await client.query({ text: `select * from "${name}"`, rowMode: "array" });
      for (const value of rows.flat())
        if (typeof value === "string" || value instanceof Buffer)
          refuseFound(`the table ${name}`, findToken(value.toString("latin1")));
    }
  } finally {
    await client.end();
  }
}
