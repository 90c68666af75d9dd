import { request as ask, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after } from "node:test";

/** As the client writes it: for an HTTP proxy, so with a host. */
const PULL_REQUESTS = /^http:\/\/api\.bitbucket\.org\/2\.0\/repositories\/[^/]+\/[^/]+\/pullrequests(\?|$)/;
const EMPTY_PAGE = { size: 0, page: 1, pagelen: 50, values: [] };

/**
 * An HTTP proxy in front of Pail, which passes everything on as it came, but for one question: `GET` on the pull requests
 * of a repository is answered here, with no pull requests.
 *
 * Renovate asks that before it makes a branch, and goes no further without an answer. It stands for a route that Pail does
 * not have, and is not used once Pail has it.
 *
 * @returns the proxy's URL. It ends after the tests of the file.
 */
export async function startPullRequestList(pailUrl: string): Promise<string> {
  const { hostname, port } = new URL(pailUrl);
  const proxy = createServer((incoming, outgoing) => {
    if (incoming.method === "GET" && PULL_REQUESTS.test(incoming.url ?? "")) {
      outgoing.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(EMPTY_PAGE));
      return;
    }
    const { method = "GET", url: path = "/", headers } = incoming;
    const passed = ask({ hostname, port, method, path, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    passed.on("error", () => outgoing.destroy());
    incoming.pipe(passed);
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  proxy.listen(0, "127.0.0.1", resolve);
  await promise;
  after(() => {
    proxy.closeAllConnections();
    proxy.close();
  });
  return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
}
