import pino from "pino";
import { startApp, startJobs } from "../../../src/app.ts";
import type { Config } from "../../../src/config/config.ts";
import { type OpenedPorts, openPorts } from "../../../src/open-ports.ts";
import type { TestApp } from "./test-app.ts";

export type OtherServer = {
  readonly url: string;
  readonly ports: OpenedPorts;
  end(): Promise<void>;
};

export type OtherServerOptions = {
  readonly settings?: Partial<Config>;
  /** Of its machine. */
  readonly clock?: () => Date;
  readonly hasJobs?: boolean;
};

/** Another server over the database of the first one, as another process or node would be: with caches of its own. */
export async function startOtherServer(
  app: TestApp,
  { settings = {}, clock, hasJobs = false }: OtherServerOptions = {},
): Promise<OtherServer> {
  const ports = await openPorts({ ...app.ports.config, ...settings }, pino({ level: "silent" }), {
    hasPeers: true,
    ...(clock === undefined ? {} : { clock }),
  });
  const running = await startApp(ports, { sharesPort: false });
  const jobs = hasJobs ? startJobs(ports) : undefined;
  return {
    url: running.url,
    ports,
    async end() {
      await running.close();
      await jobs?.close();
      await ports.close();
    },
  };
}
