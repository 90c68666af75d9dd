import { text } from "node:stream/consumers";
import autocannon from "autocannon";
import type { AutocannonLoad } from "./autocannon.ts";
import { NUMBER_HEADER } from "./http-request.ts";
import type { Rate } from "./rate-generator.ts";

const { request, connections, seconds, paths } = JSON.parse(await text(process.stdin)) as AutocannonLoad;
let asked = 0;
const result = await autocannon({
  url: request.url,
  method: request.method ?? "GET",
  headers: { ...request.headers },
  connections,
  ...(request.bodyBase64 === undefined ? {} : { body: Buffer.from(request.bodyBase64, "base64") }),
  ...(paths === undefined ? { duration: seconds } : { amount: paths.length }),
  // All connections share the list, and the count.
  requests: [
    {
      setupRequest: (prepared) => {
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
const rate: Rate = {
  perSecond: result["2xx"] / result.duration,
  p50Ms: result.latency.p50,
  p99Ms: result.latency.p99,
};
process.stdout.write(JSON.stringify(rate));
