// The process in which `startPail` runs Pail: it takes the options from the process that has started it, and ends with it.
import { once } from "node:events";
import type { Credentials, PailOptions } from "./pail.ts";
import { startInProcess } from "./start-in-process.ts";

export type FromChild =
  | {
      readonly kind: "started";
      readonly credentials: Credentials;
      readonly environment: Readonly<Record<string, string>>;
    }
  | { readonly kind: "problem"; readonly problem: string };

const answer = (message: FromChild) => process.send?.(message);

/** Ctrl-C in a terminal is for the tests, which then end this. */
process.on("SIGINT", () => {});
const gone = once(process, "disconnect");
const [options] = (await once(process, "message")) as [PailOptions];
try {
  const { credentials, environment, close } = await startInProcess(options);
  answer({ kind: "started", credentials, environment });
  await gone;
  await close();
} catch (error) {
  answer({ kind: "problem", problem: error instanceof Error ? error.message : String(error) });
  if (process.connected) process.disconnect();
}
