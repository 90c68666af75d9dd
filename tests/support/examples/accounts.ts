import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { crc32 } from "node:zlib";
import type { PailServer } from "../server/pail-server.ts";

export interface CreatedToken {
  readonly id: string;
  readonly text: string;
}

/** Runs a command that must succeed and returns what it printed. */
async function command(pail: PailServer, args: readonly string[], input?: string): Promise<string> {
  const outcome = await pail.cli(args, input === undefined ? {} : { input });
  assert.equal(outcome.status, 0, `pail ${args.join(" ")}: ${outcome.stdout}${outcome.stderr}`);
  return outcome.stdout;
}

let tokens = 0;

interface ListedToken {
  readonly id: string;
  readonly name: string;
}

/** A new token of the account, with the fixed options of `pail token create`. */
export async function createToken(
  pail: PailServer,
  email: string,
  scopes: readonly string[],
): Promise<CreatedToken> {
  tokens += 1;
  const name = `token ${tokens}`;
  const scopeArgs = scopes.flatMap((scope) => ["--scope", scope]);
  const args = ["token", "create", "--account", email, "--name", name, ...scopeArgs, "--expires", "30d"];
  const text = await command(pail, args);
  assert.match(text, /^ATATT3xFfGF0[A-Za-z0-9_-]{171}=[0-9A-F]{8}\n$/, "the token stands alone on stdout");
  const listed = JSON.parse(
    await command(pail, ["token", "list", "--account", email, "--json"]),
  ) as ListedToken[];
  const id = listed.find((token) => token.name === name)?.id;
  assert.ok(id !== undefined, "the new token is in the list");
  return { id, text: text.trim() };
}

/** A token that has the right form and checksum and that no server has ever given out. */
export function inventToken(): string {
  const body = `ATATT3xFfGF0${randomBytes(128).toString("base64url").slice(0, 171)}=`;
  return body + crc32(body).toString(16).toUpperCase().padStart(8, "0");
}

export interface CreatedAccount {
  readonly username: string;
  readonly email: string;
}

/** A new account, member of nothing. */
export async function createAccount(pail: PailServer, username: string): Promise<CreatedAccount> {
  const email = `${username}@example.test`;
  await command(pail, ["account", "create", "--email", email, "--username", username]);
  return { username, email };
}

export async function disableAccount(pail: PailServer, email: string): Promise<void> {
  await command(pail, ["account", "disable", "--email", email]);
}

/** Gives the account one more address. */
export async function addEmail(pail: PailServer, email: string, alias: string): Promise<void> {
  await command(pail, ["account", "add-email", "--account", email, "--email", alias]);
}

/** Makes the account a member of the demo workspace with this permission on every repository of it. */
export async function addMember(
  pail: PailServer,
  email: string,
  permission: "read" | "write" | "admin",
): Promise<void> {
  const where = ["--workspace", pail.credentials.workspace, "--account", email];
  await command(pail, ["workspace", "add-member", ...where, "--permission", permission]);
}

export async function revokeToken(pail: PailServer, token: CreatedToken): Promise<void> {
  await command(pail, ["token", "revoke", token.id]);
}

/** Makes a successor of the token and returns its text. */
export async function rotateToken(pail: PailServer, token: CreatedToken): Promise<string> {
  return (await command(pail, ["token", "rotate", token.id])).trim();
}
