import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";

type Outcome = { readonly result?: unknown; readonly error?: { readonly message: string } };

export type McpTool = {
  readonly name: string;
  readonly inputSchema: {
    readonly properties: Readonly<
      Record<string, { readonly type: string; readonly enum?: readonly string[] }>
    >;
    readonly required?: readonly string[];
  };
};

export type McpClient = {
  listTools(): Promise<readonly McpTool[]>;
  /** @returns the text of the tool's answer. @throws Error with the server's message if the call failed. */
  callTool(name: string, parameters: Readonly<Record<string, unknown>>): Promise<string>;
  close(): Promise<void>;
};

/** As the protocol of that date has it: JSON-RPC, one message a line, on stdin and stdout. */
const PROTOCOL_VERSION = "2024-11-05";

/** Starts an MCP server as the AI tools that use it do: a program on stdio, told all by its environment. */
export async function startMcpClient(program: string, environment: NodeJS.ProcessEnv): Promise<McpClient> {
  const child = spawn(process.execPath, [program], { env: environment, stdio: ["pipe", "pipe", "pipe"] });
  const waiting = new Map<number, PromiseWithResolvers<Outcome>>();
  let lastId = 0;
  let problems = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    problems += text;
  });
  createInterface(child.stdout).on("line", (line) => {
    const message = JSON.parse(line) as Outcome & { readonly id?: number };
    waiting.get(message.id ?? -1)?.resolve(message);
  });
  const ended = endOf(child);
  // Nobody is left waiting for a server that is gone.
  ended.then(() => {
    for (const { reject } of waiting.values()) reject(new Error(`the MCP server has ended: ${problems}`));
  });

  const send = (message: object) => child.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
  async function ask<Result>(method: string, params: object): Promise<Result> {
    lastId += 1;
    const id = lastId;
    const answer = Promise.withResolvers<Outcome>();
    waiting.set(id, answer);
    send({ id, method, params });
    const { result, error } = await answer.promise;
    waiting.delete(id);
    if (error !== undefined) throw new Error(error.message);
    return result as Result;
  }

  const clientInfo = { name: "tests", version: "1" };
  await ask("initialize", { protocolVersion: PROTOCOL_VERSION, capabilities: {}, clientInfo });
  send({ method: "notifications/initialized" });
  return {
    listTools: async () => (await ask<{ tools: readonly McpTool[] }>("tools/list", {})).tools,
    async callTool(name, parameters) {
      const { content } = await ask<{ content: readonly { text: string }[] }>("tools/call", {
        name,
        arguments: parameters,
      });
      return content.map(({ text }) => text).join("\n");
    },
    async close() {
      child.stdin.end();
      child.kill();
      await ended;
    },
  };
}

function endOf(child: ChildProcess): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  child.once("close", () => resolve());
  child.once("error", () => resolve());
  return promise;
}
