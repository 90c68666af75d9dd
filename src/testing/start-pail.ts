import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { startApp, startJobs } from "../app.ts";
import { operatorBy } from "../authorization/operator-by.ts";
import { openDemoData } from "../cli/demo/demo-data.ts";
import { renewDemoTokens } from "../cli/demo/demo-tokens.ts";
import { readConfig } from "../config/read-config.ts";
import { openPorts } from "../open-ports.ts";

/** A running Pail with the demo's account, workspace and repository. */
export type Pail = {
  /** Such as `http://127.0.0.1:41234`. The API is at `/2.0` below it. */
  readonly url: string;
  /** The user name for the API, with a token as the password. */
  readonly email: string;
  /** An API token with all scopes. */
  readonly token: string;
  /** Ends it, and removes its data. */
  close(): Promise<void>;
};

/** Starts Pail in this process, on a free port of 127.0.0.1. Its data is in a folder of its own. */
export async function startPail(): Promise<Pail> {
  const folder = await mkdtemp(join(tmpdir(), "pail-testing-"));
  const outcome = readConfig({ data: folder, port: "0" }, {});
  if (outcome.kind === "wrong") throw new Error(outcome.problems.join("\n"));
  const ports = await openPorts(outcome.config, pino({ level: "silent" }));
  const by = operatorBy(ports);
  const demo = await openDemoData(ports, by);
  const { token } = await renewDemoTokens(ports, by, demo.account);
  const app = await startApp(ports, { sharesPort: false });
  const jobs = startJobs(ports);
  return {
    url: app.url,
    email: demo.email,
    token: token.reveal(),
    async close() {
      await app.close();
      await jobs.close();
      await ports.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
