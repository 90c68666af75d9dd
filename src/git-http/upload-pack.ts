import { Transform } from "node:stream";
import type { FastifyReply, FastifyRequest } from "fastify";
import { exitOf, killGit, spawnGit } from "../git/git-process.ts";
import { parseCommandRequest } from "../git/wire/command-request.ts";
import { parseLsRefs, writeLsRefs } from "../git/wire/ls-refs.ts";
import { errorPacket } from "../git/wire/packet.ts";
import { Failure } from "../model/failure.ts";
import { maskPersonalText } from "../model/mask-secrets.ts";
import type { Repository } from "../model/repository.ts";
import { explainIfGone } from "../operations/repository-gone.ts";
import type { Ports } from "../ports.ts";
import { listRefs } from "../storage/sql/refs.ts";
import { cutStalled } from "./cut-stalled.ts";
import type { GitRequest, GitRoute } from "./git-route.ts";
import { goneSignal } from "./gone-signal.ts";
import { NO_CACHE } from "./no-cache.ts";
import { FETCH_PLACES, holderOf } from "./process-places.ts";
import { openRequestBody, readWholeBody } from "./request-body.ts";

/** Wants and haves of one round, unpacked: some 300,000 of them. A negotiation that needs more is sent in rounds. */
export const FETCH_REQUEST_BYTES_MAX = 16 * 1024 * 1024;

/** What upload-pack may serve; given here since no configuration of the repository is trusted. */
const SETTINGS = ["-c", "uploadpack.allowFilter=true", "-c", "uploadpack.allowAnySHA1InWant=true"];

/** `POST …/git-upload-pack`: a fetch. `ls-refs` is answered from the rows, the rest by git's own upload-pack. */
export const uploadPackRoute: GitRoute = {
  method: "POST",
  suffix: "/git-upload-pack",
  service: () => "git-upload-pack",
  async handle(ports, git, request, reply) {
    const body = await readWholeBody(openRequestBody(request, "git-upload-pack"), FETCH_REQUEST_BYTES_MAX);
    reply.headers({ ...NO_CACHE, "content-type": "application/x-git-upload-pack-result" });
    if (git.protocol.version < 2) return sendPack(ports, git, body, request, reply);
    const command = parseCommandRequest(body);
    switch (command?.command) {
      case undefined:
        return reply.send(Buffer.alloc(0));
      case "ls-refs": {
        const refs = await ports.database.lookups.listRefs(git.repository.uuid);
        return reply.send(writeLsRefs(parseLsRefs(command!.args), refs, git.repository.mainBranch));
      }
      case "fetch":
        return sendPack(ports, git, body, request, reply);
      default:
        throw new Failure("invalid-input", "command: not one that is offered");
    }
  },
};

async function sendPack(
  ports: Ports,
  { repository, protocol, caller }: GitRequest,
  body: Buffer,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const signal = goneSignal(request, reply);
  const givePlaceBack = await FETCH_PLACES.take(holderOf(caller, request), signal);
  const child = await startUploadPack(ports, repository, protocol.text).catch((error: unknown) => {
    givePlaceBack();
    return explainIfGone(ports, repository, error).then((reason) => Promise.reject(reason));
  });
  const stopWatch = cutStalled(request, () => counted.readableLength > 0);
  const release = () => {
    stopWatch();
    givePlaceBack();
  };
  child.once("exit", release).once("error", release);
  const end = () => {
    killGit(child);
    child.stdout.destroy();
  };
  signal.addEventListener("abort", end, { once: true });
  if (signal.aborted) end();
  let said = "";
  child.stderr.on("data", (bytes: Buffer) => {
    said = (said + bytes.toString()).slice(-2_000);
  });
  let packBytes = 0;
  const counted = new Transform({
    highWaterMark: 1024 * 1024,
    transform(bytes: Buffer, _encoding, done) {
      packBytes += bytes.length;
      done(null, bytes);
    },
    flush(done) {
      const status = exit.catch(() => undefined);
      void status.then((ended) => {
        request.notes.pack_bytes = packBytes;
        if (ended === 0 || reply.raw.destroyed) return done();
        request.notes["git.stderr"] = maskPersonalText(said);
        // Before the first byte a failure is a status; now it is git's error packet.
        done(
          null,
          packBytes === 0 ? errorPacket("upload-pack: the request could not be answered") : undefined,
        );
      });
    },
  });
  const exit = exitOf(child);
  // It could not even be started: the repository has just been deleted, or the machine is short of processes.
  exit.catch((error: unknown) => {
    said = String(error);
    counted.end();
  });
  child.stdin.end(body);
  return reply.send(child.stdout.pipe(counted));
}

async function startUploadPack(ports: Ports, repository: Repository, protocol: string) {
  try {
    await writeRefsForGit(ports, repository);
  } catch (error) {
    // Objects can be fetched by their ids from a disk that takes no more: the refs were answered from the rows.
    if (!isFull(error)) throw error;
    ports.log.warn({ "repository.uuid": repository.uuid, err: error }, "refs were not written for git");
  }
  const gitDir = ports.packs.gitDir(repository.uuid);
  return spawnGit([...SETTINGS, "upload-pack", "--stateless-rpc", gitDir], { gitDir, protocol });
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
