import { createHash } from "node:crypto";
import { Worker } from "node:worker_threads";
import { entryPoint } from "../../project-files.ts";
import { hashFilePart } from "./hash-file-part.ts";

/** The SHA-256 of what lies in open files, which must stay open until `digest` has resolved. */
export type FileHash = {
  /** Goes on with the bytes from `first` to before `end`, which have been written. Returns at once. */
  update(fd: number, first: number, end: number): void;
  /** To be called once, at the end in any case. @returns undefined if something could not be read. */
  digest(): Promise<Buffer | undefined>;
};

export type HashMessage = { readonly id: number } & (
  | { readonly part: { readonly fd: number; readonly first: number; readonly end: number } }
  | { readonly part: undefined }
);

export type HashReply = { readonly id: number; readonly digest: Uint8Array | undefined };

/** What is smaller is hashed on the calling thread, in a few milliseconds: a thread takes longer to begin. */
export const THREAD_BYTES_MIN = 8 * 1024 * 1024;

/** @param bytes how much there will be. */
export function openFileHash(bytes: number): FileHash {
  return bytes < THREAD_BYTES_MIN ? openHereHash() : openThreadHash();
}

function openHereHash(): FileHash {
  const hash = createHash("sha256");
  let isRead = true;
  return {
    update(fd, first, end) {
      isRead = isRead && hashFilePart(hash, fd, first, end);
    },
    digest: async () => (isRead ? hash.digest() : undefined),
  };
}

type Thread = {
  readonly worker: Worker;
  readonly waiting: Map<number, (digest: Buffer | undefined) => void>;
};

/** One for all: two of them would be faster than any store. */
let thread: Thread | undefined;
let opened = 0;

function openThreadHash(): FileHash {
  const { worker, waiting } = startThread();
  opened += 1;
  const id = opened;
  const { promise, resolve } = Promise.withResolvers<Buffer | undefined>();
  waiting.set(id, resolve);
  const post = (message: HashMessage) => worker.postMessage(message);
  return {
    update: (fd, first, end) => post({ id, part: { fd, first, end } }),
    digest() {
      // Only while somebody waits does it keep the process running.
      worker.ref();
      post({ id, part: undefined });
      return promise;
    },
  };
}

function startThread(): Thread {
  if (thread !== undefined) return thread;
  // Those of the process may not be for a file.
  const worker = new Worker(entryPoint("storage/stored-objects/hash-worker.ts"), { execArgv: [] });
  const waiting: Thread["waiting"] = new Map();
  const started: Thread = { worker, waiting };
  worker.unref();
  worker.on("message", ({ id, digest }: HashReply) => {
    waiting.get(id)?.(digest && Buffer.from(digest));
    waiting.delete(id);
    if (waiting.size === 0) worker.unref();
  });
  // It ends only for want of memory. What it was to hash counts as not read.
  worker.on("error", () => {});
  worker.once("exit", () => {
    if (thread === started) thread = undefined;
    for (const resolve of waiting.values()) resolve(undefined);
    waiting.clear();
  });
  thread = started;
  return started;
}
