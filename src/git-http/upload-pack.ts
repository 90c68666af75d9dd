import { Transform } from "node:stream";
import type { FastifyReply, FastifyRequest } from "fastify";
import { exitOf, killGit, spawnGit } from "../git/git-process.ts";
import { openProcessPlaces } from "../git/process-places.ts";
import { parseCommandRequest } from "../git/wire/command-request.ts";
import { parseLsRefs, writeLsRefs } from "../git/wire/ls-refs.ts";
import { errorPacket } from "../git/wire/packet.ts";
import { Failure } from "../model/failure.ts";
import type { Repository } from "../model/repository.ts";
import type { Ports } from "../ports.ts";
import { listRefs } from "../storage/sql/refs.ts";
import type { GitRequest, GitRoute } from "./git-route.ts";
import { goneSignal } from "./gone-signal.ts";
import { NO_CACHE } from "./no-cache.ts";
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
        throw new Failure("invalid-input", `command: "${command!.command.slice(0, 100)}" is not offered`);
    }
  },
};

/** Each is two processes, with the memory that a pack in the making takes. */
const PLACES = openProcessPlaces({ placesMax: 16, waitingMax: 1_000, waitMsMax: 60_000 });

async function sendPack(
  ports: Ports,
  { repository, protocol }: GitRequest,
  body: Buffer,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const signal = goneSignal(request, reply);
  const givePlaceBack = await PLACES.take(signal);
  const child = await startUploadPack(ports, repository, protocol.text).catch((error: unknown) => {
    givePlaceBack();
    throw error;
  });
  child.once("exit", givePlaceBack).once("error", givePlaceBack);
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
      exit.then((status) => {
        request.notes.pack_bytes = packBytes;
        if (status === 0 || reply.raw.destroyed) return done();
        request.notes["git.stderr"] = said;
        // Before the first byte a failure is a status; now it is git's error packet.
        done(
          null,
          packBytes === 0 ? errorPacket("upload-pack: the request could not be answered") : undefined,
        );
      }, done);
    },
  });
  const exit = exitOf(child);
  exit.catch((error: unknown) => counted.destroy(error as Error));
  child.stdin.end(body);
  return reply.send(child.stdout.pipe(counted));
}

async function startUploadPack(ports: Ports, repository: Repository, protocol: string) {
  await writeRefsForGit(ports, repository);
  const gitDir = ports.packs.gitDir(repository.uuid);
  return spawnGit([...SETTINGS, "upload-pack", "--stateless-rpc", gitDir], { gitDir, protocol });
}

/** Makes the repository on disk show the rows as they are now, or later. */
async function writeRefsForGit(
  { database, packs }: Pick<Ports, "database" | "packs">,
  repository: Repository,
): Promise<void> {
  const { uuid, refGeneration, mainBranch } = repository;
  await packs.writeRefs(uuid, refGeneration, mainBranch, () => listRefs(database.kysely, uuid));
}
