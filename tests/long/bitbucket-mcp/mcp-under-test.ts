import assert from "node:assert/strict";
import { join } from "node:path";
import { after } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { type McpTool, startMcpClient } from "../../support/clients/mcp-client.ts";
import { installPublishedClient } from "../../support/clients/published-client.ts";
import { openDemoRestClient, type RestClient } from "../../support/clients/rest-client.ts";
import { openRealGit, type RealGit } from "../../support/git/real-git.ts";
import { type PailServer, startPailForFile } from "../../support/server/pail-server.ts";
import { type LoggedRequest, loggedRequests, requestLines } from "../../support/server/request-log.ts";

/** No tool asks this. */
const FENCE = "/2.0/hook_events";

/** The npm package `bitbucket-mcp`, unmodified, started as an AI tool starts it and called over its own protocol. */
const client = await installPublishedClient(import.meta.dirname);

/** For tests that need it. */
export const skip = client.kind === "impossible" ? client.reason : false;

export type McpUnderTest = {
  readonly pail: PailServer;
  readonly git: RealGit;
  readonly rest: RestClient;
  /** Tools that have been called. */
  readonly called: ReadonlySet<string>;
  listTools(): Promise<readonly McpTool[]>;
  /** Calls the tool. @returns what it answered, and what the server was asked, as `GET /2.0/user 200`. */
  call(name: string, parameters: Readonly<Record<string, unknown>>): Promise<McpAnswer>;
};

export type McpAnswer = { readonly text: string; readonly asked: readonly string[] };

/** Ends after the tests of the file. */
export async function startMcpUnderTest(): Promise<McpUnderTest> {
  assert.ok(client.kind === "installed");
  const pail = await startPailForFile();
  const git = openRealGit();
  const rest = openDemoRestClient(pail);
  const { api_url, email, token } = pail.credentials;
  const mcp = await startMcpClient(join(client.packagesFolder, "bitbucket-mcp", "dist", "index.js"), {
    PATH: process.env.PATH ?? "",
    HOME: git.root,
    BITBUCKET_URL: api_url,
    BITBUCKET_USERNAME: email,
    BITBUCKET_PASSWORD: token,
    BITBUCKET_ENABLE_DANGEROUS: "true",
    BITBUCKET_LOG_DISABLE: "true",
  });
  after(() => mcp.close());
  const called = new Set<string>();

  const fences = () => loggedRequests(pail).filter(({ route }) => route === FENCE).length;

  /** The log comes through a pipe, later than the answers. Once it tells of a new request, it has told of those before. */
  async function wholeLog(): Promise<readonly LoggedRequest[]> {
    const before = fences();
    await rest("/hook_events");
    while (fences() === before) await delay(5);
    return loggedRequests(pail).filter(({ route }) => route !== FENCE);
  }

  return {
    pail,
    git,
    rest,
    called,
    listTools: () => mcp.listTools(),
    async call(name, parameters) {
      called.add(name);
      const before = (await wholeLog()).length;
      const text = await mcp.callTool(name, parameters).catch((error: Error) => error.message);
      return { text, asked: requestLines((await wholeLog()).slice(before)) };
    },
  };
}
