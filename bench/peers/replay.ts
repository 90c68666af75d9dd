import { join } from "node:path";
import { findFreePort } from "./free-port.ts";
import { awaitLine, startServer } from "./server-process.ts";

const SERVER = new URL("./replay-server.ts", import.meta.url).pathname;

/**
 * What another server has answered, from memory, by `node:http`: the limit for any server in the same conversation with git.
 * Each question is the other server's when it comes for the first time.
 */
export type Replay = {
  /** The same URL, of the replay. */
  urlOf(url: string): string;
  stop(): Promise<void>;
};

/** @param target the other server, such as `http://127.0.0.1:8080`. */
export async function startReplay(folder: string, target: string): Promise<Replay> {
  const args = ["--disable-warning=ExperimentalWarning", SERVER, target, String(await findFreePort())];
  const server = startServer(process.execPath, args, join(folder, "replay.log"));
  const [, own] = await awaitLine(server, /^listens on (http:\S+)/m);
  const { host } = new URL(own!);
  return {
    urlOf(url) {
      const replayed = new URL(url);
      replayed.host = host;
      return replayed.href;
    },
    stop: server.stop,
  };
}
