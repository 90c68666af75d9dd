import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import type { Secret } from "../../model/secret.ts";
import { bracedUuid } from "../../model/uuid.ts";
import type { DemoData } from "./demo-data.ts";
import { type DemoTokens, parseDemoTokens } from "./demo-tokens.ts";

/** The file's content. Its names are published: scripts and tests read them. */
export function describeDemoCredentials(
  url: string,
  demo: DemoData,
  tokens: DemoTokens,
  signInUrl: Secret | undefined,
) {
  return {
    url,
    api_url: `${url}/2.0`,
    email: demo.email,
    username: demo.account.username,
    account_uuid: bracedUuid(demo.account.uuid),
    workspace: demo.workspace.slug,
    repository: demo.repository.slug,
    token: tokens.token.reveal(),
    token_read: tokens.tokenRead.reveal(),
    token_expired: tokens.tokenExpired.reveal(),
    /** The link that chooses the account's password, until there is one. It works once; each start makes another. */
    ...(signInUrl === undefined ? {} : { sign_in_url: signInUrl.reveal() }),
  };
}

export type DemoCredentials = ReturnType<typeof describeDemoCredentials>;

/** The tokens in a file of an earlier start, or undefined if there is none that can be read. */
export async function readDemoTokens(path: string): Promise<DemoTokens | undefined> {
  try {
    return parseDemoTokens(JSON.parse(await readFile(path, "utf8")));
  } catch (error) {
    if (error instanceof SyntaxError || isMissing(error)) return undefined;
    throw error;
  }
}

/** What a running or an earlier server has written, or undefined. */
export async function readDemoCredentials(path: string): Promise<DemoCredentials | undefined> {
  if ((await readDemoTokens(path)) === undefined) return undefined;
  return JSON.parse(await readFile(path, "utf8")) as DemoCredentials;
}

export async function writeDemoCredentials(path: string, credentials: DemoCredentials): Promise<void> {
  await writePrivateFile(path, `${JSON.stringify(credentials, undefined, 2)}\n`);
}

/** Whoever reads the file sees the old one or the new one whole, and nobody but its owner ever sees it. */
export async function writePrivateFile(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  // One name for all: what a killed server has left with a token in it is removed by the next.
  const draft = `${path}.new`;
  await rm(draft, { force: true });
  // "wx" with the mode: the file never exists with another mode.
  const file = await open(draft, "wx", 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
    await file.close();
    await rename(draft, path);
  } catch (error) {
    await file.close().catch(() => {});
    await rm(draft, { force: true });
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
