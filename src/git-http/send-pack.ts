import { hash } from "node:crypto";
import { read, write } from "node:fs";
import { type Readable, Transform } from "node:stream";
import { promisify } from "node:util";
import type { FastifyReply, FastifyRequest } from "fastify";
import {
  exitOf,
  type GitOptions,
  killGit,
  requireStarted,
  spawnGit,
  spawnGitInto,
} from "../git/git-process.ts";
import { ANSWER_BYTES_MAX, errorTrailer } from "../git/wire/error-trailer.ts";
import { normalizeFetchRequest } from "../git/wire/fetch-request.ts";
import type { ProtocolVersion } from "../git/wire/git-protocol.ts";
import { clientAddress, networkOf } from "../http/server/client-address.ts";
import { goneSignal } from "../http/server/gone-signal.ts";
import { maskPersonalText } from "../model/mask-secrets.ts";
import type { QuotaKey } from "../model/quota-key.ts";
import type { Repository } from "../model/repository.ts";
import { quotaKeysOf } from "../model/who-acts.ts";
import { explainIfGone } from "../operations/repositories/repository-gone.ts";
import type { Ports } from "../ports.ts";
import type {
  FetchResponse,
  ResponseContent,
  ResponseWriter,
} from "../storage/fetch-responses/fetch-responses.ts";
import { listRefs } from "../storage/sql/refs/refs.ts";
import { cutStalled } from "./cut-stalled.ts";
import type { GitRequest } from "./git-route.ts";
import { sendCached } from "./send-cached.ts";

/** What upload-pack may serve; given here since no configuration of the repository is trusted. */
const SETTINGS = [...["-c", "uploadpack.allowFilter=true"], ...["-c", "uploadpack.allowAnySHA1InWant=true"]];
/**
 * git maps whole packs otherwise: what it has read once is of no more use when it copies them. With these it closes a pack that
 * it has mapped whole and opens it again later, when maintenance may have removed it: they are for a snapshot alone.
 */
const MAPPED_BYTES_MAX = 8 * 1024 * 1024;
const MAPPING_SETTINGS = [
  ...["-c", "core.packedGitWindowSize=1m"],
  ...["-c", `core.packedGitLimit=${MAPPED_BYTES_MAX}`],
];
/** Of a response that is worth holding in memory: of a shallow clone of a small project, of a fetch of what is new. */
const SMALL_BYTES_MAX = 256 * 1024;
const MESSAGES_LENGTH_MAX = 2_000;
const BUFFER_BYTES = 1024 * 1024;
/** Nothing of a repository is hidden from those who may read it. What is hidden from some must be told apart here. */
const VISIBILITY = "all refs";

const readStart = promisify(read);
const writeAt = promisify(write);

type Fetch = {
  readonly ports: Ports;
  readonly git: GitRequest;
  readonly body: Buffer;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly signal: AbortSignal;
};

/**
 * Answers a fetch that needs objects: with a kept response to the same request, whoever made it, or else by git's own
 * upload-pack, whose output is kept. git writes it into the file itself, so that a slow client keeps no process waiting.
 */
export async function sendPack(
  ports: Ports,
  git: GitRequest,
  body: Buffer,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const fetch: Fetch = { ports, git, body, request, reply, signal: goneSignal(request, reply) };
  const kept = await openKeptResponse(fetch).catch((error: unknown) => explain(fetch, error));
  ports.metrics.countFetch(kept?.outcome ?? "bypass");
  request.notes["fetch.answer"] = kept?.outcome ?? "bypass";
  if (kept === undefined) return sendFromProcess(fetch);
  const { sizeBytes } = kept.content;
  if (sizeBytes === undefined || sizeBytes > SMALL_BYTES_MAX)
    return sendCached(ports, kept, request, reply, fetch.signal);
  return sendSmall(fetch, kept, sizeBytes);
}

/** A small response at once. */
async function sendSmall(
  { ports, request, reply }: Fetch,
  { content }: FetchResponse,
  sizeBytes: number,
): Promise<FastifyReply> {
  const answer = await readContent(content, sizeBytes);
  request.notes.pack_bytes = sizeBytes;
  ports.metrics.countFetchBytes(sizeBytes);
  return reply.send(answer);
}

async function readContent(content: ResponseContent, sizeBytes: number): Promise<Buffer> {
  try {
    const bytes = Buffer.allocUnsafe(sizeBytes);
    for (let end = 0; end < sizeBytes; ) {
      const count = await content.read(bytes.subarray(end));
      if (count === 0) throw new Error(`a kept response of ${sizeBytes} bytes ends after ${end}`);
      end += count;
    }
    return bytes;
  } finally {
    content.close();
  }
}

function quotaKeysOfFetch({ ports, git, request }: Fetch): readonly QuotaKey[] {
  return quotaKeysOf(git.caller, networkOf(clientAddress(request, ports.config)), git.repository);
}

async function openKeptResponse(fetch: Fetch): Promise<FetchResponse | undefined> {
  const { ports, git, body, signal } = fetch;
  const { repository, protocol } = git;
  const normalized = normalizeFetchRequest(body, protocol.version);
  if (normalized === undefined || ports.config.fetchCacheBytesMax === 0) return undefined;
  const { uuid, refGeneration, sizeBytes } = repository;
  const digest = hash("sha256", JSON.stringify([uuid, refGeneration, VISIBILITY, normalized]), "hex");
  const key = { repositoryUuid: uuid, digest, sizeBytesGuess: sizeBytes };
  return ports.fetchResponses.open(key, signal, (file, isUnwanted) => writeResponse(fetch, file, isUnwanted));
}

async function writeResponse(fetch: Fetch, file: number, isUnwanted: AbortSignal): Promise<ResponseWriter> {
  const { ports, git, body, request } = fetch;
  const releaseSlot = await ports.fetchSlots.take(quotaKeysOfFetch(fetch), isUnwanted);
  let command: UploadPackCommand | undefined;
  const release = () => {
    releaseSlot();
    command?.close();
  };
  try {
    command = await openUploadPack(fetch);
    const child = spawnGitInto(file, command.args, command.options);
    const said = collectMessages(child.stderr);
    const ended = exitOf(child).then(
      async (status) => {
        if (status === 0) return true;
        request.notes["git.stderr"] = maskPersonalText(said());
        // One that was killed has nobody to read it.
        if (status !== undefined) await addErrorTrailer(file, git.protocol.version, said());
        return false;
      },
      () => false,
    );
    await requireStarted(child);
    void ended.then(release);
    child.stdin.end(body);
    return { ended, stop: () => killGit(child) };
  } catch (error) {
    release();
    throw error;
  }
}

async function sendFromProcess(fetch: Fetch): Promise<FastifyReply> {
  const { ports, body, request, reply, signal } = fetch;
  const releaseSlot = await ports.fetchSlots.take(quotaKeysOfFetch(fetch), signal);
  const { child, close } = await startUploadPack(fetch).catch((error: unknown) => {
    releaseSlot();
    return explain(fetch, error);
  });
  const stopWatch = cutStalled(request, () => counted.readableLength > 0);
  const release = () => {
    stopWatch();
    releaseSlot();
    close();
  };
  child.once("exit", release).once("error", release);
  const end = () => {
    killGit(child);
    child.stdout.destroy();
  };
  signal.addEventListener("abort", end, { once: true });
  if (signal.aborted) end();
  const said = collectMessages(child.stderr);
  const isWhole = exitOf(child).then(
    (status) => {
      if (status !== 0) request.notes["git.stderr"] = maskPersonalText(said());
      return status === 0;
    },
    () => false,
  );
  const counted = countBytes(fetch, isWhole, { end, said });
  child.stdin.end(body);
  return reply.send(child.stdout.pipe(counted));
}

/** Passes the answer on. Before its first byte a failure is a status; now it is git's error packet. */
function countBytes(
  { ports, git, request, reply }: Fetch,
  isWhole: Promise<boolean>,
  { end, said }: { readonly end: () => void; readonly said: () => string },
): Readable & Transform {
  let packBytes = 0;
  let start = Buffer.alloc(0);
  return new Transform({
    highWaterMark: BUFFER_BYTES,
    transform(bytes: Buffer, _encoding, done) {
      if (packBytes <= ANSWER_BYTES_MAX)
        start = Buffer.concat([start, bytes.subarray(0, ANSWER_BYTES_MAX - packBytes)]);
      packBytes += bytes.length;
      done(null, bytes);
    },
    flush(done) {
      void isWhole.then((whole) => {
        request.notes.pack_bytes = packBytes;
        ports.metrics.countFetchBytes(packBytes);
        const isSilent = whole || reply.raw.destroyed || packBytes > ANSWER_BYTES_MAX;
        done(null, isSilent ? undefined : errorTrailer(start, git.protocol.version, said()));
      });
    },
    destroy(error, done) {
      end();
      done(error);
    },
  });
}

/** Behind what git has written into the file, where whoever reads it finds it. */
async function addErrorTrailer(file: number, version: ProtocolVersion, said: string): Promise<void> {
  try {
    const { buffer, bytesRead } = await readStart(
      file,
      Buffer.alloc(ANSWER_BYTES_MAX + 1),
      0,
      ANSWER_BYTES_MAX + 1,
      0,
    );
    if (bytesRead > ANSWER_BYTES_MAX) return;
    const words = errorTrailer(buffer.subarray(0, bytesRead), version, said);
    if (words !== undefined) await writeAt(file, words, 0, words.length, bytesRead);
  } catch {
    // The disk is at fault too. The client sees that the answer breaks off.
  }
}

function collectMessages(stderr: Readable): () => string {
  let said = "";
  stderr.on("data", (bytes: Buffer) => {
    said = (said + bytes.toString()).slice(-MESSAGES_LENGTH_MAX);
  });
  return () => said;
}

function explain({ ports, git }: Fetch, error: unknown): Promise<never> {
  return explainIfGone(ports, git.repository, error).then((reason) => Promise.reject(reason));
}

type UploadPackCommand = {
  readonly args: readonly string[];
  readonly options: GitOptions;
  /** To be called when the process has ended, or has not begun. */
  close(): void;
};

async function startUploadPack(fetch: Fetch) {
  const { args, options, close } = await openUploadPack(fetch);
  try {
    const child = spawnGit(args, options);
    await requireStarted(child);
    return { child, close };
  } catch (error) {
    close();
    throw error;
  }
}

async function openUploadPack({ ports, git: { repository, protocol } }: Fetch): Promise<UploadPackCommand> {
  const { uuid, sizeBytes } = repository;
  try {
    await writeRefsForGit(ports, repository);
  } catch (error) {
    // Objects can be fetched by their ids from a disk that takes no more: the refs were answered from the rows.
    if (!isFull(error)) throw error;
    ports.log.warn({ "repository.uuid": uuid, err: error }, "refs were not written for git");
  }
  const gitDir = ports.packs.gitDir(uuid);
  const snapshot = sizeBytes > MAPPED_BYTES_MAX ? await ports.packs.openSnapshot(uuid) : undefined;
  const command = ["upload-pack", "--stateless-rpc", gitDir];
  if (snapshot === undefined)
    return {
      args: [...SETTINGS, ...command],
      options: { gitDir, protocol: protocol.text },
      close: () => {},
    };
  const { objectFolder } = snapshot;
  return {
    args: [...SETTINGS, ...MAPPING_SETTINGS, ...command],
    options: { gitDir, protocol: protocol.text, objectFolder, isObjectFolderAlone: true },
    // What is left of it is removed by the next start.
    close: () => void snapshot.close().catch(() => {}),
  };
}

function isFull(error: unknown): boolean {
  return (
    error instanceof Error && "code" in error && ["ENOSPC", "EDQUOT", "EROFS"].includes(String(error.code))
  );
}

/** Makes the repository on disk show the rows as they are now, or later. */
async function writeRefsForGit(
  { database, packs }: Pick<Ports, "database" | "packs">,
  repository: Repository,
): Promise<void> {
  const { uuid, refGeneration, mainBranch } = repository;
  await packs.writeRefs(uuid, refGeneration, mainBranch, () => listRefs(database.kysely, uuid));
}
