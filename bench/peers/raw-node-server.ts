import cluster from "node:cluster";
import { createServer } from "node:http";

/** `node raw-node-server.ts WORKERS PORT`: as little as an HTTP server in Node can do. Prints where it listens. */
const [workers, port] = process.argv.slice(2).map(Number);
const BODY = Buffer.from('{"type":"constant"}');

if (cluster.isPrimary && workers! > 1) {
  let listening = 0;
  for (let worker = 0; worker < workers!; worker += 1) cluster.fork();
  cluster.on("listening", () => {
    listening += 1;
    if (listening === workers) announce();
  });
  process.on("SIGTERM", () => {
    for (const worker of Object.values(cluster.workers ?? {})) worker?.process.kill("SIGKILL");
    process.exit(0);
  });
} else {
  const server = createServer((_request, response) => {
    response.setHeader("content-type", "application/json");
    response.setHeader("content-length", BODY.length);
    response.end(BODY);
  });
  server.listen(port, "127.0.0.1", () => {
    if (cluster.isPrimary) announce();
  });
}

function announce(): void {
  process.stdout.write(`listens on http://127.0.0.1:${port}\n`);
}
