import { mkdtemp, rm } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Config } from "../../../src/config/config.ts";
import { startControl } from "../../../src/control/start-control.ts";
import { openControlledClock } from "../../../src/stand-in/controlled-clock.ts";
import { openStandIn, type StandIn, type StandInOptions } from "../../../src/stand-in/stand-in.ts";
import { startTestApp, type TestApp } from "./test-app.ts";

// biome-ignore lint/suspicious/noExplicitAny: tests read any field of an answer.
export type ControlAnswer = { readonly status: number; readonly json: any; readonly text: string };

export type ControlledApp = TestApp & {
  readonly standIn: StandIn;
  /** The path of the control's socket. */
  readonly socketPath: string;
  control(method: string, path: string, body?: unknown): Promise<ControlAnswer>;
};

/** A test server that stands in for Bitbucket, with its control. What `prepare` makes is the state that a reset leads back to. */
export async function startControlledApp(
  settings: Partial<Config> = {},
  options: Omit<StandInOptions, "clock"> = {},
): Promise<ControlledApp> {
  const clock = openControlledClock();
  let standIn: StandIn | undefined;
  const app = await startTestApp(settings, undefined, {
    clock: clock.now,
    watch(ports) {
      standIn = openStandIn(ports, { ...options, clock });
      return standIn.ports;
    },
    async start() {
      await standIn!.start();
      return standIn!;
    },
  });
  const folder = await mkdtemp(join(tmpdir(), "pail-control-"));
  const socketPath = join(folder, "socket");
  const control = await startControl(standIn!, { kind: "socket", path: socketPath });
  return {
    ...app,
    standIn: standIn!,
    socketPath,
    control: (method, path, body) => askSocket(socketPath, method, path, body),
    async close(closeOptions) {
      await control.close();
      await rm(folder, { recursive: true });
      await app.close(closeOptions);
    },
  };
}

export function askSocket(
  socketPath: string,
  method: string,
  path: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<ControlAnswer> {
  return new Promise((resolve, reject) => {
    const json = body === undefined ? "" : JSON.stringify(body);
    const type = body === undefined ? {} : { "content-type": "application/json" };
    request(
      {
        socketPath,
        method,
        path,
        headers: { ...type, "content-length": Buffer.byteLength(json), ...headers },
        agent: false,
      },
      async (response) => {
        let text = "";
        for await (const piece of response.setEncoding("utf8")) text += piece;
        resolve({
          status: response.statusCode ?? 0,
          text,
          json: text === "" ? undefined : JSON.parse(text),
        });
      },
    )
      .on("error", reject)
      .end(json);
  });
}
