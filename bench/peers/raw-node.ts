import { join } from "node:path";
import { findFreePort } from "./free-port.ts";
import { awaitLine, startServer } from "./server-process.ts";

const SERVER = new URL("./raw-node-server.ts", import.meta.url).pathname;

/** `node:http` answering a constant, with as many processes as Pail has: the limit for anything that Node serves. */
export type RawNode = { readonly url: string; stop(): Promise<void> };

export async function startRawNode(folder: string, workers: number): Promise<RawNode> {
  const args = [
    "--disable-warning=ExperimentalWarning",
    SERVER,
    String(workers),
    String(await findFreePort()),
  ];
  const server = startServer(process.execPath, args, join(folder, "raw-node.log"));
  const [, url] = await awaitLine(server, /^listens on (http:\S+)/m);
  return { url: url!, stop: server.stop };
}
