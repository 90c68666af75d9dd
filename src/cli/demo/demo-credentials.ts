import { readFile } from "node:fs/promises";
import type { Secret } from "../../model/secret.ts";
import { bracedUuid } from "../../model/uuid.ts";
import { writePrivateFile } from "../start/write-private-file.ts";
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

export async function writeDemoCredentials(path: string, credentials: object): Promise<void> {
  await writePrivateFile(path, `${JSON.stringify(credentials, undefined, 2)}\n`);
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
