import {
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  request as sendRequest,
} from "node:http";
import { buffer } from "node:stream/consumers";

/**
 * `node replay-server.ts TARGET PORT`: passes on to the target what it has not been asked yet, and gives the very bytes of the
 * answer to whoever asks the same again. Prints where it listens.
 */
const [target, port] = process.argv.slice(2);

type Answer = { readonly status: number; readonly headers: OutgoingHttpHeaders; readonly body: Buffer };

const answers = new Map<string, Answer>();
/** What belongs to one connection, and not to the answer. */
const OF_CONNECTION = ["connection", "keep-alive", "transfer-encoding", "date"];

async function passOn({ method, url, headers }: IncomingMessage, body: Buffer): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  sendRequest(new URL(url!, target), { method: method!, headers }, resolve).on("error", reject).end(body);
  const answer = await promise;
  const kept = Object.entries(answer.headers).filter(([name]) => !OF_CONNECTION.includes(name));
  return { status: answer.statusCode!, headers: Object.fromEntries(kept), body: await buffer(answer) };
}

const server = createServer(async (request, response) => {
  const body = await buffer(request);
  const { method, url, headers } = request;
  const asked = [method, url, headers.authorization, headers["git-protocol"], body.toString("latin1")];
  const key = JSON.stringify(asked);
  const answer = answers.get(key) ?? (await passOn(request, body));
  answers.set(key, answer);
  response.writeHead(answer.status, { ...answer.headers, "content-length": answer.body.length });
  response.end(answer.body);
});
server.listen(Number(port), "127.0.0.1", () => process.stdout.write(`listens on http://127.0.0.1:${port}\n`));
process.on("SIGTERM", () => process.exit());
