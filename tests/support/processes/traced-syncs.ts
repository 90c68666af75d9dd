import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";

export type TracedCall = {
  /** `sync` for fsync and fdatasync, `send` for what goes out over TCP. */
  readonly kind: "sync" | "send";
  /** The file that is synced, or the start of what is sent. */
  readonly of: string;
};

export type SyncTrace = { stop(): Promise<readonly TracedCall[]> };

/** Why nothing can be traced on this machine; undefined if it can. */
export function whyUntraceable(): string | undefined {
  const { status, error } = spawnSync("strace", ["-f", "-e", "trace=fsync", "true"]);
  if (error !== undefined) return "strace is not installed";
  return status === 0 ? undefined : "strace may not trace here";
}

/** Follows a process, with the children that it starts from now on. @returns why it may not, as a text. */
export async function traceSyncs(processId: number, output: string): Promise<SyncTrace | string> {
  // -yy tells the path behind a descriptor, and the ends of a connection.
  const calls = "fsync,fdatasync,sync_file_range,write,writev,sendto,sendmsg";
  const args = ["-f", "-yy", "-s", "2000", "-e", `trace=${calls}`, "-o", output, "-p", String(processId)];
  const child = spawn("strace", args, { stdio: ["ignore", "ignore", "pipe"] });
  const exit = once(child, "exit");
  const said = await new Promise<string>((resolve) => {
    let text = "";
    child.stderr.setEncoding("utf8").on("data", (piece: string) => {
      text += piece;
      if (/attached/.test(text)) resolve("attached");
    });
    void exit.then(() => resolve(text));
  });
  if (said !== "attached") return said;
  return {
    async stop() {
      child.kill("SIGINT");
      await exit;
      return (await readFile(output, "utf8")).split("\n").flatMap(parseCall);
    },
  };
}

function parseCall(line: string): readonly TracedCall[] {
  const synced = /\b(?:fsync|fdatasync)\(\d+<(?<path>[^>]*)>/.exec(line)?.groups?.path;
  if (synced !== undefined) return [{ kind: "sync", of: synced }];
  const sent = /\b(?:write|writev|sendto|sendmsg)\(\d+<TCP.*?\]>, (?<bytes>.*)$/.exec(line)?.groups?.bytes;
  return sent === undefined ? [] : [{ kind: "send", of: sent }];
}
