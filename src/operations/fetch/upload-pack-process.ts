import type { ChildProcess } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { exitOf, type GitOptions, requireStarted } from "../../git/process/git-process.ts";
import type { FetchRequest } from "../../git/wire/upload-pack-request.ts";
import { maskPersonalText } from "../../model/mask-secrets.ts";
import type { QuotaKey } from "../../model/quota-key.ts";
import type { Repository } from "../../model/repository.ts";
import type { Ports } from "../../ports.ts";
import type { OpenRepository } from "../../storage/packs/pack-store.ts";
import { listRefs } from "../../storage/sql/refs/refs.ts";

/** What upload-pack may serve; given here since no configuration of the repository is trusted. */
const SETTINGS = [...["-c", "uploadpack.allowFilter=true"], ...["-c", "uploadpack.allowAnySHA1InWant=true"]];
/**
 * Without these settings git maps each pack completely, although it copies what it reads and needs it only once. With
 * them it closes a pack that fits into one window and opens it again later, when maintenance may have removed it, so
 * they may be used only with a snapshot.
 */
const MAPPED_BYTES_MAX = 8 * 1024 * 1024;
const MAPPING_SETTINGS = [
  ...["-c", "core.packedGitWindowSize=1m"],
  ...["-c", `core.packedGitLimit=${MAPPED_BYTES_MAX}`],
];
const MESSAGES_LENGTH_MAX = 2_000;

export type UploadPackPorts = Pick<Ports, "database" | "packs" | "fetchSlots" | "log">;

/** A fetch: what is asked of which repository, and for whom. */
export type Fetch = {
  readonly repository: Repository;
  readonly request: FetchRequest;
  /** The keys of the limits for which a process counts. */
  readonly quotaKeys: readonly QuotaKey[];
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
  /** Fields for the one line of the log about this fetch. */
  readonly notes: Record<string, unknown>;
};

export type UploadPack<Child> = {
  readonly child: Child;
  /** The exit status once its output has ended; undefined if it was killed. Never rejects. */
  readonly ended: Promise<number | undefined>;
  /** The end of what git has written to its stderr. */
  messages(): string;
};

type ChildWithMessages = ChildProcess & { readonly stdin: Writable; readonly stderr: Readable };

/**
 * Starts git's own upload-pack, in a slot that it occupies until it exits.
 *
 * @param signal ends the wait for a slot.
 * @throws as `ProcessSlots.take` does, or the reason why git could not be started.
 */
export async function startUploadPackProcess<Child extends ChildWithMessages>(
  ports: UploadPackPorts,
  { repository, request, quotaKeys, notes }: Fetch,
  signal: AbortSignal,
  spawn: (args: readonly string[], options: GitOptions) => Child,
): Promise<UploadPack<Child>> {
  const releaseSlot = await ports.fetchSlots.take(quotaKeys, signal);
  let command: UploadPackCommand | undefined;
  const release = () => {
    releaseSlot();
    command?.close();
  };
  try {
    command = await openUploadPack(ports, repository, request);
    const child = spawn(command.args, command.options);
    const messages = collectMessages(child.stderr);
    const ended = exitOf(child).then(
      (status) => {
        if (status !== 0) notes["git.stderr"] = maskPersonalText(messages());
        return status;
      },
      () => undefined,
    );
    child.once("exit", release);
    await requireStarted(child);
    child.stdin.end(request.bytes);
    return { child, ended, messages };
  } catch (error) {
    release();
    throw error;
  }
}

function collectMessages(stderr: Readable): () => string {
  let messages = "";
  stderr.on("data", (bytes: Buffer) => {
    messages = (messages + bytes.toString()).slice(-MESSAGES_LENGTH_MAX);
  });
  return () => messages;
}

type UploadPackCommand = {
  readonly args: readonly string[];
  readonly options: GitOptions;
  /** To be called when the process has ended, or has not begun. */
  close(): void;
};

async function openUploadPack(
  ports: UploadPackPorts,
  repository: Repository,
  { protocol }: FetchRequest,
): Promise<UploadPackCommand> {
  const { uuid, sizeBytes } = repository;
  const opened = await ports.packs.openRepository(uuid);
  const { gitDir } = opened;
  const command = ["upload-pack", "--stateless-rpc", gitDir];
  const options = { gitDir, protocol: protocol.text };
  const close = () => opened.close();
  try {
    await writeRefs(ports, repository, opened);
    const snapshot = sizeBytes > MAPPED_BYTES_MAX ? await opened.openSnapshot() : undefined;
    if (snapshot === undefined) return { args: [...SETTINGS, ...command], options, close };
    const { objectFolder } = snapshot;
    return {
      args: [...SETTINGS, ...MAPPING_SETTINGS, ...command],
      options: { ...options, objectFolder, isObjectFolderAlone: true },
      close() {
        // If this fails, the next start removes the rest.
        snapshot.close().catch(() => {});
        close();
      },
    };
  } catch (error) {
    close();
    throw error;
  }
}

function isFull(error: unknown): boolean {
  return (
    error instanceof Error && "code" in error && ["ENOSPC", "EDQUOT", "EROFS"].includes(String(error.code))
  );
}

/** Writes the refs for git, as the rows have them now or later. */
async function writeRefs(
  { database, log }: Pick<Ports, "database" | "log">,
  { uuid, refGeneration, mainBranch }: Repository,
  opened: OpenRepository,
): Promise<void> {
  try {
    await opened.writeRefs(refGeneration, mainBranch, () => listRefs(database.kysely, uuid));
  } catch (error) {
    // Objects can be fetched by their ids even from a full disk: the refs were answered from the rows.
    if (!isFull(error)) throw error;
    log.warn({ "repository.uuid": uuid, err: error }, "refs were not written for git");
  }
}
