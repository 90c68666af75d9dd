import { hash } from "node:crypto";
import { errorPacket } from "../../git/wire/packet.ts";
import type { FetchOutcome } from "../../metrics/metrics.ts";
import type { Ports } from "../../ports.ts";
import type { FetchResponse, FetchResponseKey } from "../../storage/fetch-responses/fetch-responses.ts";
import { explainIfGone } from "../repositories/explain-if-gone.ts";
import type { FetchAnswer, FetchContent } from "./fetch-answer.ts";
import { streamUploadPack } from "./stream-upload-pack.ts";
import type { Fetch, UploadPackPorts } from "./upload-pack-process.ts";
import { writeResponse } from "./write-response.ts";

export type FetchPorts = UploadPackPorts &
  Pick<Ports, "config" | "fetchResponses" | "metrics" | "smallResponses" | "workspaceActivity">;

/**
 * The size of a response that may be cached in memory: of a shallow clone of a small project, or a fetch of a few
 * commits.
 */
const SMALL_BYTES_MAX = 256 * 1024;
/**
 * All refs of a repository are visible to everyone who may read it. Refs hidden from some callers would need a key of
 * their own.
 */
const VISIBILITY = "all refs";

/**
 * Answers a fetch that needs objects: with a cached response to the same request, no matter who made it, or else by
 * git's own upload-pack, whose output is cached. git writes it into the file itself, so that no process waits for a
 * slow client.
 *
 * A failure before the first byte is thrown; a later one is reported in the answer, by git's error packet.
 *
 * @throws Failure hidden if the repository has been deleted meanwhile, unavailable if there is no slot for git.
 */
export async function fetchObjects(ports: FetchPorts, fetch: Fetch): Promise<FetchAnswer> {
  const key = responseKeyOf(ports, fetch);
  const small = key && ports.smallResponses.find(key.digest);
  if (small !== undefined) {
    noteOutcome(ports, fetch, "hit");
    return { kind: "bytes", outcome: "hit", bytes: small };
  }
  try {
    const cached = key && (await openCachedResponse(ports, fetch, key));
    noteOutcome(ports, fetch, cached?.outcome ?? "bypass");
    if (cached === undefined) return await streamUploadPack(ports, fetch);
    const answer = await answerOf(cached);
    if (answer.kind === "bytes") ports.smallResponses.put(key!.digest, answer.bytes);
    return answer;
  } catch (error) {
    throw await explainIfGone(ports, fetch.repository, error);
  }
}

function noteOutcome(
  { metrics, workspaceActivity }: FetchPorts,
  { notes, repository }: Fetch,
  outcome: FetchOutcome,
): void {
  metrics.countFetch(outcome);
  workspaceActivity.countFetch(repository.workspace.uuid, outcome === "hit" || outcome === "coalesced");
  notes["fetch.answer"] = outcome;
}

/** Undefined: the response is not cached. */
function responseKeyOf(
  { config }: FetchPorts,
  { request: { normalized }, repository }: Fetch,
): FetchResponseKey | undefined {
  if (normalized === undefined || config.fetchCacheBytesMax === 0) return undefined;
  const { uuid, refGeneration, sizeBytes } = repository;
  const digest = hash("sha256", JSON.stringify([uuid, refGeneration, VISIBILITY, normalized]), "hex");
  return { repositoryUuid: uuid, digest, sizeBytesGuess: sizeBytes };
}

function openCachedResponse(
  ports: FetchPorts,
  fetch: Fetch,
  key: FetchResponseKey,
): Promise<FetchResponse | undefined> {
  return ports.fetchResponses.open(key, fetch.signal, (file, isUnwanted) =>
    writeResponse(ports, fetch, file, isUnwanted),
  );
}

async function answerOf(response: FetchResponse): Promise<FetchAnswer> {
  const { outcome, content } = response;
  const { sizeBytes } = content;
  if (sizeBytes === undefined) return { kind: "content", outcome, content: explainEmpty(response) };
  if (sizeBytes > SMALL_BYTES_MAX) return { kind: "content", outcome, content };
  return { kind: "bytes", outcome, bytes: await readContent(content, sizeBytes) };
}

async function readContent(content: FetchContent, sizeBytes: number): Promise<Buffer> {
  try {
    const bytes = Buffer.allocUnsafe(sizeBytes);
    for (let end = 0; end < sizeBytes; ) {
      const count = await content.read(bytes.subarray(end));
      if (count === 0) throw new Error(`a cached response of ${sizeBytes} bytes ends after ${end}`);
      end += count;
    }
    return bytes;
  } finally {
    content.close();
  }
}

/** Sends git's error packet instead of a response whose writer has failed before its first byte. */
function explainEmpty({ content, isComplete }: FetchResponse): FetchContent {
  let mayBeEmpty = true;
  return {
    sizeBytes: undefined,
    async read(buffer) {
      const count = await content.read(buffer);
      if (count > 0 || !mayBeEmpty) {
        mayBeEmpty = false;
        return count;
      }
      mayBeEmpty = false;
      return (await isComplete)
        ? 0
        : errorPacket("upload-pack: the request could not be answered").copy(buffer);
    },
    close() {
      mayBeEmpty = false;
      content.close();
    },
  };
}
