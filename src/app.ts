import type { AddressInfo } from "node:net";
import { registerGitHttp } from "./git-http/git-http.ts";
import { type AppServer, createHttpServer } from "./http/server.ts";
import { startCursorExpiry } from "./jobs/cursor-expiry.ts";
import { type DeliveryOptions, startWebhookDeliveries } from "./jobs/webhook-delivery.ts";
import { repositoryFolder } from "./open-ports.ts";
import type { Ports } from "./ports.ts";
import { registerRest } from "./rest/rest.ts";
import { sweepDiskPackStore } from "./storage/packs/disk-pack-store.ts";

/** The surfaces joined. Serves nothing until it listens; `inject` works at once. */
export async function createApp(ports: Ports): Promise<AppServer> {
  const server = createHttpServer(ports);
  registerRest(server, ports);
  await registerGitHttp(server, ports);
  return server;
}

export type RunningApp = {
  /** Where it listens, such as `http://127.0.0.1:8080`. */
  readonly url: string;
  /** Takes no more requests; those under way may end within the time, then their connections are cut. */
  close(): Promise<void>;
};

const CLOSE_MS_MAX = 10_000;

/** Sweeps what an earlier end left behind, and serves. */
export async function startApp(ports: Ports, deliveryOptions?: DeliveryOptions): Promise<RunningApp> {
  await sweepDiskPackStore(repositoryFolder(ports.config));
  const server = await createApp(ports);
  await server.listen({ host: ports.config.host, port: ports.config.port });
  const stopCursorExpiry = startCursorExpiry(ports);
  const deliveries = startWebhookDeliveries(ports, deliveryOptions);
  ports.outbox.listen(deliveries.wake);
  const { address, port, family } = server.server.address() as AddressInfo;
  const host = family === "IPv6" ? `[${address}]` : address;
  return {
    url: `http://${host}:${port}`,
    async close() {
      stopCursorExpiry();
      const late = setTimeout(() => server.server.closeAllConnections(), CLOSE_MS_MAX);
      await server.close();
      await deliveries.close();
      clearTimeout(late);
    },
  };
}
