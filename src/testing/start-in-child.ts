import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { entryPoint } from "../project-files.ts";
import type { PailOptions } from "./pail.ts";
import type { FromChild } from "./serve-parent.ts";
import type { StartedPail } from "./started-pail.ts";

/** What it says on stderr is wanted only if it does not start. */
const OUTPUT_LENGTH_MAX = 8_192;

/** Starts a process that serves until this one ends, or closes it. @throws Error as `startPail`. */
export async function startInChild(options: PailOptions): Promise<StartedPail> {
  const child = fork(fileURLToPath(entryPoint("testing/serve-parent.ts")), {
    // A test runner's own flags are not for it.
    execArgv: ["--max-semi-space-size=4", "--disable-warning=ExperimentalWarning"],
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  let said = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    said = (said + text).slice(-OUTPUT_LENGTH_MAX);
  });
  const ended = once(child, "exit").then(([status, signal]) => {
    throw new Error(`Pail ended before it listened (${signal ?? `status ${status}`}): ${said.trim()}`);
  });
  // Told of by the race.
  ended.catch(() => {});
  child.send(options);
  const answered = once(child, "message").then(([message]) => message as FromChild);
  const message = await Promise.race([answered, ended]);
  if (message.kind === "problem") throw new Error(message.problem);
  // A test that forgets to close it ends all the same, and it with it.
  child.unref();
  child.channel?.unref();
  (child.stderr as { unref?: () => void } | null)?.unref?.();
  return {
    credentials: message.credentials,
    environment: message.environment,
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exit = once(child, "exit");
      child.ref();
      if (child.connected) child.disconnect();
      await exit;
    },
  };
}
