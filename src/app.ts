import type { AddressInfo } from "node:net";
import { registerGitHttp } from "./git-http/git-http.ts";
import { type AppServer, createHttpServer } from "./http/server/server.ts";
import { startCursorExpiry } from "./jobs/cursor-expiry.ts";
import { startDerivedTokenExpiry } from "./jobs/derived-token-expiry.ts";
import { startHistoryExpiry } from "./jobs/history-expiry.ts";
import { startImportExpiry } from "./jobs/import-expiry.ts";
import { startLimitExpiry } from "./jobs/limit-expiry.ts";
import { startMergeTaskExpiry } from "./jobs/merge-task-expiry.ts";
import { startOauthExpiry } from "./jobs/oauth-expiry.ts";
import { startObjectListing } from "./jobs/object-listing.ts";
import { startObjectSweep } from "./jobs/object-sweep.ts";
import { startOnOneNode } from "./jobs/on-one-node.ts";
import { joinRepeated, type Repeated } from "./jobs/repeat.ts";
import { startReserveFilling } from "./jobs/reserve-filling.ts";
import { startTokenExpiryNotices } from "./jobs/token-expiry-notices.ts";
import { startWebhookDeliveries } from "./jobs/webhook-delivery.ts";
import { registerOwnRoutes } from "./own-routes/own-routes.ts";
import type { Ports } from "./ports.ts";
import { answerNoSuchRoute } from "./rest/no-such-route.ts";
import { registerRest } from "./rest/rest.ts";
import { registerSite } from "./site/site.ts";
import { hasDownloadFile } from "./storage/sql/downloads/downloads.ts";
import { findRepository } from "./storage/sql/repositories/repositories.ts";
import { writeExpiryMail } from "./web/mails.ts";
import { answerNotFoundInPage, isForPerson } from "./web/pipeline/page-errors.ts";
import { registerWeb } from "./web/web.ts";
import type { DeliveryOptions } from "./webhooks/deliver-webhook.ts";

/** The surfaces joined. Serves nothing until it listens; `inject` works at once. */
export async function createApp(ports: Ports): Promise<AppServer> {
  const server = createHttpServer(ports);
  answerNoSuchRoute(server, ports, (request, reply) =>
    isForPerson(request) ? answerNotFoundInPage(ports, request, reply) : undefined,
  );
  await registerRest(server, ports);
  await registerOwnRoutes(server, ports);
  await registerSite(server, ports);
  await registerGitHttp(server, ports);
  await registerWeb(server, ports);
  return server;
}

export type RunningApp = {
  /** Where it listens, such as `http://127.0.0.1:8080`. */
  readonly url: string;
  readonly port: number;
  /** For connections that somebody else has accepted: `server.emit("connection", socket)`. */
  readonly server: AppServer["server"];
  /** Takes no more requests; those under way may end within the time, then their connections are cut. */
  close(): Promise<void>;
};

const CLOSE_MS_MAX = 10_000;

export type AppOptions = {
  /** For tests: how long requests that are under way may last when it closes. */
  readonly closeMsMax?: number;
  /** Whether other processes listen on the port too. */
  readonly sharesPort: boolean;
};

/** Serves. What has to be done beside it is `startJobs`'s, in one process of all. */
export async function startApp(
  ports: Ports,
  { sharesPort, closeMsMax = CLOSE_MS_MAX }: AppOptions,
): Promise<RunningApp> {
  const server = await createApp(ports);
  const { host, port: wantedPort } = ports.config;
  await server.listen({ host, port: wantedPort, ...(sharesPort ? { reusePort: true } : {}) });
  const { address, port, family } = server.server.address() as AddressInfo;
  ports.listening.port = port;
  const name = family === "IPv6" ? `[${address}]` : address;
  return {
    url: `${ports.config.tls === undefined ? "http" : "https"}://${name}:${port}`,
    port,
    server: server.server,
    async close() {
      const late = setTimeout(() => {
        // Idle connections are closed by now: each of the others has a request.
        server.server.getConnections((_error, count) => {
          if (count > 0)
            ports.log.warn(
              { "requests.cut": count },
              "requests were cut: they lasted longer than the stop waits",
            );
        });
        server.server.closeAllConnections();
      }, closeMsMax);
      await server.close();
      clearTimeout(late);
    },
  };
}

/** Removes what an earlier end left behind. Before anything is served. */
export async function sweepLeftovers(ports: Ports): Promise<void> {
  const { kysely } = ports.database;
  await ports.packs.sweep(async (uuid) => (await findRepository(kysely, undefined, { uuid })) !== undefined);
  await ports.downloads.sweep(({ uuid }) => hasDownloadFile(kysely, uuid));
  await ports.fetchResponses.sweep();
}

export type Jobs = {
  /** Does at once whatever is due by the clock, which may have been set. */
  runDue(): Promise<void>;
  close(): Promise<void>;
};

/** The lease of the node that does what is done by one of all. */
const JOBS_LEASE = "jobs";

/** What is done after answers and beside them, once for all processes of a node that serve. */
export function startJobs(ports: Ports, deliveryOptions?: DeliveryOptions): Jobs {
  const jobsOfOne = startOnOneNode(ports, JOBS_LEASE, () => startJobsOfOne(ports));
  const stopReserveFilling = startReserveFilling(ports);
  const deliveries = startWebhookDeliveries(ports, deliveryOptions);
  ports.outbox.listen(deliveries.wake);
  return {
    async runDue() {
      await jobsOfOne.run();
      await deliveries.run();
    },
    async close() {
      await Promise.all([jobsOfOne.close(), stopReserveFilling(), deliveries.close()]);
    },
  };
}

/** What keeps an object store in order, if there is one. */
function startStoreJobs(ports: Ports): readonly Repeated[] {
  const { stored } = ports;
  return stored === undefined ? [] : [startObjectSweep(ports, stored), startObjectListing(ports, stored)];
}

/** Notices have a lease of their own. The others delete old rows, or end what was cut off: twice at once would only be more work. */
function startJobsOfOne(ports: Ports): Repeated {
  return joinRepeated([
    startCursorExpiry(ports),
    startMergeTaskExpiry(ports),
    startImportExpiry(ports),
    startDerivedTokenExpiry(ports),
    startOauthExpiry(ports),
    startHistoryExpiry(ports),
    startTokenExpiryNotices(ports, writeExpiryMail),
    ...(ports.hasPeers ? [startLimitExpiry(ports)] : []),
    ...startStoreJobs(ports),
  ]);
}
