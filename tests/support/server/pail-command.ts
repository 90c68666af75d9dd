import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { fileURLToPath } from "node:url";
import { watchedEnvironment } from "../answers/answers-folder.ts";
import type { CommandOutcome } from "./pail-server.ts";
import { noteTokens, refuseTokens } from "./token-search.ts";

const PAIL = fileURLToPath(new URL("../../../bin/pail", import.meta.url));

export type PailCommand = {
  /** An empty folder, removed after the tests. */
  readonly folder: string;
  /** Runs `pail` with these arguments in the folder, and nothing but `environment` set. */
  run(
    args: readonly string[],
    environment?: Readonly<Record<string, string>>,
    /** The number of the account that it runs as. */
    userId?: number,
  ): Promise<CommandOutcome>;
  start(args: readonly string[]): ChildProcessWithoutNullStreams;
};

export function openPailCommand(): PailCommand {
  const folder = mkdtempSync(join(tmpdir(), "pail-command-"));
  after(() => rm(folder, { recursive: true, force: true }));
  const start = (
    args: readonly string[],
    environment: Readonly<Record<string, string>> = {},
    userId?: number,
  ) => {
    const env = {
      PATH: process.env.PATH ?? "",
      HOME: folder,
      TMPDIR: folder,
      LC_ALL: "C.UTF-8",
      ...watchedEnvironment(),
      ...environment,
    };
    // The folder of these commands is root's own, which another account may not enter.
    const place = userId === undefined ? { cwd: folder } : { cwd: "/", uid: userId, gid: userId };
    return spawn(PAIL, args, { ...place, env, stdio: "pipe" });
  };
  return {
    folder,
    start,
    async run(args, environment, userId) {
      const child = start(args, environment, userId);
      const { promise, resolve, reject } = Promise.withResolvers<CommandOutcome>();
      let stdout = "";
      let stderr = "";
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        stdout += text;
      });
      child.stderr.setEncoding("utf8").on("data", (text: string) => {
        stderr += text;
      });
      child.stdin.on("error", () => {}).end();
      child.on("error", reject);
      child.on("close", (code) => {
        noteTokens(stdout);
        try {
          refuseTokens(`what pail ${args.slice(0, 2).join(" ")} says on stderr`, stderr);
          resolve({ status: code ?? -1, stdout, stderr });
        } catch (error) {
          reject(error);
        }
      });
      return promise;
    },
  };
}
