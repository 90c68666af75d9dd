import { text } from "node:stream/consumers";
import autocannon from "autocannon";
import type { AutocannonLoad } from "./autocannon.ts";
import { NUMBER_HEADER } from "./http-request.ts";
import type { Rate } from "./rate-generator.ts";

const { request, connections, seconds, paths } = JSON.parse(await text(process.stdin)) as AutocannonLoad;
let asked = 0;
let startedAt = 0;
let answeredAt = 0;
const result = await autocannon({
  url: request.url,
  method: request.method ?? "GET",
  headers: { ...request.headers },
  connections,
  ...(request.bodyBase64 === undefined ? {} : { body: Buffer.from(request.bodyBase64, "base64") }),
  ...(paths === undefined ? { duration: seconds } : { amount: paths.length }),
  setupClient: (client) => {
    client.on("response", () => {
      answeredAt = performance.now();
    });
  },
  // All connections share the list, and the count.
  requests: [
    {
      setupRequest: (prepared) => {
        if (asked === 0) startedAt = performance.now();
        asked += 1;
        const headers = request.isVaried === true ? { [NUMBER_HEADER]: String(asked) } : {};
        return {
          ...prepared,
          headers: { ...prepared.headers, ...headers },
          ...(paths === undefined ? {} : { path: paths[(asked - 1) % paths.length]! }),
        };
      },
    },
  ],
});
if (result.errors > 0 || result.timeouts > 0 || result.non2xx > 0 || result["2xx"] === 0) {
  throw new Error(
    `autocannon ${request.url}: ${result["2xx"]} right, ${result.non2xx} wrong, ${result.errors} broken`,
  );
}
// That a list has come to its end autocannon sees only once a second.
const listSeconds = (answeredAt - startedAt) / 1000;
const rate: Rate = {
  perSecond: result["2xx"] / (paths === undefined ? result.duration : listSeconds),
  p50Ms: result.latency.p50,
  p99Ms: result.latency.p99,
};
process.stdout.write(JSON.stringify(rate));
