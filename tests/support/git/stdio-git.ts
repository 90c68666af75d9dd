import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { after } from "node:test";
import type { GitService } from "../../../src/git/wire/advertisement.ts";
import { type GitProtocol, parseGitProtocol } from "../../../src/git/wire/git-protocol.ts";
import { DELIMITER_PACKET, dataPacket, FLUSH_PACKET, packetText } from "../../../src/git/wire/packet.ts";
import { openPacketSource, type PacketSource } from "../../../src/git/wire/packet-source.ts";
import { parseUploadPackRequest } from "../../../src/git/wire/upload-pack-request.ts";
import type { Repository } from "../../../src/model/repository.ts";
import { advertiseRefs } from "../../../src/operations/fetch/advertise-refs.ts";
import { answerLsRefs } from "../../../src/operations/fetch/answer-ls-refs.ts";
import type { FetchAnswer } from "../../../src/operations/fetch/fetch-answer.ts";
import { fetchObjects } from "../../../src/operations/fetch/fetch-objects.ts";
import { writeContent } from "../../../src/operations/fetch/write-content.ts";
import { receivePack } from "../../../src/operations/refs/receive-pack.ts";
import type { By, Ports } from "../../../src/ports.ts";

export type StdioGit = {
  /** For the environment of a git whose remote is `ssh://…`. */
  readonly environment: Readonly<Record<string, string>>;
  /** How the fetches were answered, one after another. */
  readonly outcomes: string[];
  readonly bugs: unknown[];
};

type Session = {
  readonly ports: Ports;
  readonly by: By;
  /** As it is now. */
  findRepository(): Promise<Repository>;
  readonly protocol: GitProtocol;
  readonly socket: Socket;
  readonly signal: AbortSignal;
};

/** Serves one repository to git over its stdin and stdout, as a server behind ssh does: without HTTP, and with operations alone. */
export async function serveStdioGit(
  folder: string,
  {
    ports,
    by,
    findRepository,
  }: {
    readonly ports: Ports;
    readonly by: By;
    readonly findRepository: () => Promise<Repository>;
  },
): Promise<StdioGit> {
  const path = join(folder, "bridge.sock");
  const outcomes: string[] = [];
  const bugs: unknown[] = [];
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const gone = new AbortController();
    socket.once("close", () => gone.abort(new Error("the client has gone")));
    socket.on("error", () => {});
    serve(socket, gone.signal).catch((error: unknown) => {
      bugs.push(error);
      socket.destroy();
    });
  });

  async function serve(socket: Socket, signal: AbortSignal): Promise<void> {
    const pieces = socket[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    const first = (await pieces.next()).value as Buffer;
    const end = first.indexOf("\n");
    const { command, protocol } = JSON.parse(first.toString("utf8", 0, end));
    const session: Session = {
      ports,
      by: { ...by, signal },
      findRepository,
      protocol: parseGitProtocol(protocol)!,
      socket,
      signal,
    };
    const input = (async function* () {
      if (end + 1 < first.length) yield first.subarray(end + 1);
      for (let next = await pieces.next(); next.done !== true; next = await pieces.next()) yield next.value;
    })();
    const [service] = command.split(" ") as [GitService];
    const options = { version: session.protocol.version, announcesService: false };
    socket.write(await advertiseRefs(ports, await findRepository(), service, options));
    if (service === "git-receive-pack") await serveReceivePack(session, input, bugs);
    else await serveUploadPack(session, openPacketSource(input), outcomes);
    socket.end();
  }

  server.listen(path);
  await once(server, "listening");
  after(() => server.close());
  const bridge = join(import.meta.dirname, "stdio-bridge.ts");
  return {
    environment: {
      GIT_SSH_COMMAND: `"${process.execPath}" "${bridge}"`,
      GIT_SSH_VARIANT: "ssh",
      STDIO_BRIDGE_SOCKET: path,
    },
    outcomes,
    bugs,
  };
}

/** Requests of protocol 2 until the client ends; of the older ones a clone's alone, which has one round. */
async function serveUploadPack(session: Session, source: PacketSource, outcomes: string[]): Promise<void> {
  const { ports, protocol, socket, signal } = session;
  for (;;) {
    const bytes = await readRound(source, protocol);
    if (bytes === undefined) return;
    const repository = await session.findRepository();
    const request = parseUploadPackRequest(bytes, protocol);
    if (request.kind === "flush") return;
    if (request.kind === "ls-refs") {
      socket.write(await answerLsRefs(ports, repository, request.refs));
      continue;
    }
    const quotaKeys = [{ kind: "repository", id: repository.uuid }] as const;
    const answer = await fetchObjects(ports, { repository, request, quotaKeys, signal, notes: {} });
    outcomes.push(answer.outcome);
    await send(answer, socket, signal);
    if (protocol.version < 2) return;
  }
}

async function send(answer: FetchAnswer, socket: Socket, signal: AbortSignal): Promise<void> {
  switch (answer.kind) {
    case "bytes":
      socket.write(answer.bytes);
      return;
    case "content":
      return writeContent(socket, answer.content, signal, () => {});
    case "stream":
      for await (const piece of answer.stream) socket.write(piece);
  }
}

async function readRound(source: PacketSource, { version }: GitProtocol): Promise<Buffer | undefined> {
  const packets: Buffer[] = [];
  for (;;) {
    const packet = await source.readPacket();
    if (packet === undefined) return undefined;
    if (packet.kind === "data") packets.push(dataPacket(packet.payload));
    else packets.push(packet.kind === "flush" ? FLUSH_PACKET : DELIMITER_PACKET);
    const isLast =
      version === 2
        ? packet.kind === "flush"
        : packets.length === 1
          ? packet.kind === "flush"
          : packet.kind === "data" && packetText(packet.payload) === "done";
    if (isLast) return Buffer.concat(packets);
  }
}

async function serveReceivePack(
  { ports, by, findRepository, socket }: Session,
  input: AsyncIterable<Buffer>,
  bugs: unknown[],
): Promise<void> {
  const repository = await findRepository();
  const answer = await receivePack(ports, by, repository, input, {
    quotaKeys: [{ kind: "repository", id: repository.uuid }],
    notes: {},
    onBug: (error) => bugs.push(error),
  });
  if (answer === undefined) return;
  if (Buffer.isBuffer(answer)) socket.write(answer);
  else for await (const piece of answer) socket.write(piece);
}
