import { spawn } from "node:child_process";
import { mkdir } from "node:fs/promises";
import type { CommandOutcome } from "../server/pail-server.ts";

/** Runs a pasted command in `sh`, with exactly this environment. */
export async function runShell(
  command: string,
  folder: string,
  environment: Readonly<Record<string, string>>,
): Promise<CommandOutcome> {
  await mkdir(folder, { recursive: true });
  const { promise, resolve, reject } = Promise.withResolvers<CommandOutcome>();
  const child = spawn("sh", ["-c", command], {
    cwd: folder,
    env: environment,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  child.on("error", reject);
  child.on("close", (code) => resolve({ status: code ?? -1, stdout, stderr }));
  return promise;
}
