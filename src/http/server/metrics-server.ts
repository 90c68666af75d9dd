import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Config } from "../../config/config.ts";
import { openHostGuard } from "./host-guard.ts";

const CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** What is answered beside the metrics; undefined for a path that is not there. The URL is as it was asked for. */
export type AnswerProbe = (
  url: string,
) => Promise<
  | { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: string }
  | undefined
>;

/** `GET /metrics`, on an address of its own, so that it need not be reachable for the product's clients. */
export async function startMetricsServer(
  { host, port }: NonNullable<Config["metrics"]>,
  writeText: () => Promise<string>,
  answerProbe: AnswerProbe,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const names = { publicUrl: undefined, publicApiUrl: undefined, proxiedHosts: [], isBehindProxy: false };
  const objectionToHost = openHostGuard({ ...names, host });
  const server = createServer(async (request, response) => {
    const objection = objectionToHost(request);
    if (objection !== undefined)
      return response
        .writeHead(objection.status, { "content-type": "text/plain" })
        .end(`${objection.message}\n`);
    const isRead = request.method === "GET" || request.method === "HEAD";
    const probed = isRead ? await answerProbe(request.url ?? "/") : undefined;
    if (probed !== undefined)
      return response
        .writeHead(probed.status, probed.headers)
        .end(request.method === "HEAD" ? "" : probed.body);
    const isFound = request.url === "/metrics" && isRead;
    if (!isFound)
      return response.writeHead(404, { "content-type": "text/plain" }).end("Only GET /metrics is here\n");
    const text = await writeText().catch(() => undefined);
    if (text === undefined) return response.writeHead(503).end();
    response.writeHead(200, { "content-type": CONTENT_TYPE }).end(request.method === "HEAD" ? "" : text);
  });
  server.listen({ host, port });
  await once(server, "listening");
  const address = server.address() as AddressInfo;
  const name = address.family === "IPv6" ? `[${address.address}]` : address.address;
  return {
    url: `http://${name}:${address.port}/metrics`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
