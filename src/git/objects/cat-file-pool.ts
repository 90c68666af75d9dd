import { Failure } from "../../model/failure.ts";
import type { ObjectId } from "../../model/object-id.ts";
import type { CatFileAnswer, CatFileCommand } from "./cat-file-parser.ts";
import { CatFileProcess, type CatFileRequest } from "./cat-file-process.ts";

export type CatFilePoolOptions = {
  readonly processesPerRepositoryMax: number;
  readonly processesMax: number;
  readonly idleMs: number;
  readonly stallMs: number;
  readonly contentBytesMax: number;
  /** Requests that may wait for a process, of all repositories together. */
  readonly waitingMax: number;
};

/** Requests sent to one process before another is started, or the next ones wait. */
const OPEN_PER_PROCESS_MAX = 16;

/** One repository's requests that wait, in order, and the processes that may take them. */
type ObjectQueue = {
  readonly gitDir: string;
  readonly requests: CatFileRequest[];
  readonly processes: Set<CatFileProcess>;
};

/** A set keeps the order in which its members were added. */
function moveToEnd<Member>(set: Set<Member>, member: Member): void {
  set.delete(member);
  set.add(member);
}

function stopping(): Failure {
  return new Failure("unavailable", "Cannot read objects: the server is stopping");
}

/** Processes of `git cat-file` by repository, never more than the limits, and the requests that wait for them. */
export class CatFilePool {
  readonly #options: CatFilePoolOptions;
  readonly #queues = new Map<string, ObjectQueue>();
  /** Those with waiting requests; the one that was served last is the last. */
  readonly #waiting = new Set<ObjectQueue>();
  /** All that have not ended, those included that take no more requests; the one used last is the last. */
  readonly #processes = new Set<CatFileProcess>();
  /** Those that take no more requests. The ones without an open request have been killed. */
  readonly #retiring = new Set<CatFileProcess>();
  #waitingCount = 0;
  #isClosed = false;

  constructor(options: CatFilePoolOptions) {
    this.#options = options;
  }

  /**
   * Asks git for one object, and once more if the process that was asked ends without an answer.
   *
   * @throws Failure `unavailable` if too many requests wait, git does not answer in time, or the pool is closed.
   * @throws GitError if the second process ends without an answer as well.
   */
  request(gitDir: string, command: CatFileCommand, id: ObjectId): Promise<CatFileAnswer> {
    if (this.#isClosed) return Promise.reject(stopping());
    if (this.#waitingCount >= this.#options.waitingMax) {
      return Promise.reject(new Failure("unavailable", "Cannot read objects: too many requests are waiting"));
    }
    return new Promise((resolve, reject) => {
      const queue = this.#queueOf(gitDir);
      queue.requests.push({ command, id, resolve, reject, isSuspect: false });
      this.#waitingCount += 1;
      this.#waiting.add(queue);
      this.#serve(queue);
    });
  }

  /** Requests from now on are answered by new processes. What is being answered is answered. */
  forget(gitDir: string): void {
    const queue = this.#queues.get(gitDir);
    if (queue === undefined) return;
    for (const process of queue.processes) this.#retire(queue, process);
    this.#serve(queue);
  }

  forgetAll(): void {
    for (const gitDir of [...this.#queues.keys()]) this.forget(gitDir);
  }

  /** Refuses all requests, open ones too. Resolves when all processes are gone. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const queue of this.#waiting) {
      for (const request of queue.requests.splice(0)) request.reject(stopping());
    }
    this.#waiting.clear();
    this.#waitingCount = 0;
    const processes = [...this.#processes];
    for (const process of processes) process.kill();
    await Promise.all(processes.map((process) => process.ended));
  }

  #queueOf(gitDir: string): ObjectQueue {
    let queue = this.#queues.get(gitDir);
    if (queue === undefined) {
      queue = { gitDir, requests: [], processes: new Set() };
      this.#queues.set(gitDir, queue);
    }
    return queue;
  }

  #removeIfUnused(queue: ObjectQueue): void {
    if (queue.requests.length === 0 && queue.processes.size === 0) this.#queues.delete(queue.gitDir);
  }

  #serve(queue: ObjectQueue): void {
    for (let request = queue.requests[0]; request !== undefined; request = queue.requests[0]) {
      const process = this.#findProcess(queue, request);
      if (process === undefined) break;
      queue.requests.shift();
      this.#waitingCount -= 1;
      moveToEnd(this.#waiting, queue);
      moveToEnd(this.#processes, process);
      process.send(request);
    }
    if (queue.requests.length === 0) this.#waiting.delete(queue);
    this.#removeIfUnused(queue);
  }

  /** Requests queue up first: another process costs more than waiting. */
  #findProcess(queue: ObjectQueue, request: CatFileRequest): CatFileProcess | undefined {
    const [shortest] = [...queue.processes].sort((one, other) => one.openCount - other.openCount);
    if (shortest?.openCount === 0) return shortest;
    if (shortest !== undefined && shortest.openCount < OPEN_PER_PROCESS_MAX) {
      const mayJoin = !request.isSuspect && !shortest.isTryingSuspect && !this.#mustMakeRoom(shortest);
      if (mayJoin) return shortest;
    }
    if (queue.processes.size >= this.#options.processesPerRepositoryMax) return undefined;
    if (this.#processes.size < this.#options.processesMax) return this.#open(queue);
    this.#killIdleForStarving();
    return undefined;
  }

  #starvingCount(): number {
    let count = 0;
    for (const queue of this.#waiting) if (queue.processes.size === 0) count += 1;
    return count;
  }

  /**
   * While a repository has no process at all, the busy ones of others run dry. Each answers some requests before, or
   * under such a load every request would cost the start of a process.
   */
  #mustMakeRoom(process: CatFileProcess): boolean {
    return process.answeredCount >= OPEN_PER_PROCESS_MAX && this.#starvingCount() > 0;
  }

  /** Ends as many of the longest idle processes as repositories wait for one. They are served when those are gone. */
  #killIdleForStarving(): void {
    let needed = this.#starvingCount();
    for (const process of this.#retiring) if (process.openCount === 0) needed -= 1;
    for (const process of this.#processes) {
      if (needed <= 0) return;
      if (process.openCount > 0 || this.#retiring.has(process)) continue;
      this.#retire(this.#queueOf(process.gitDir), process);
      needed -= 1;
    }
  }

  #retire(queue: ObjectQueue, process: CatFileProcess): void {
    queue.processes.delete(process);
    this.#retiring.add(process);
    if (process.openCount === 0) process.kill();
    this.#removeIfUnused(queue);
  }

  #open(queue: ObjectQueue): CatFileProcess | undefined {
    const { idleMs, stallMs, contentBytesMax } = this.#options;
    try {
      const process = new CatFileProcess({
        gitDir: queue.gitDir,
        idleMs,
        stallMs,
        contentBytesMax,
        onAnswered: (answered) => this.#answered(answered),
        onEnded: (ended, unanswered, reason) => this.#ended(ended, unanswered, reason),
      });
      this.#processes.add(process);
      queue.processes.add(process);
      return process;
    } catch (error) {
      // The operating system has no process or no descriptor left. To wait would be to wait for nobody.
      const reason = new Failure("unavailable", "Cannot read objects: no process can be started", {
        reason: String(error),
      });
      this.#waitingCount -= queue.requests.length;
      for (const request of queue.requests.splice(0)) request.reject(reason);
      return undefined;
    }
  }

  #answered(process: CatFileProcess): void {
    if (this.#retiring.has(process)) {
      if (process.openCount === 0) process.kill();
      return;
    }
    if (this.#waiting.size > 0) this.#serveWaiting();
  }

  /** Repositories without a process come first, or a busy one would take its idle process back each time. */
  #serveWaiting(): void {
    const queues = [...this.#waiting];
    for (const queue of queues) if (queue.processes.size === 0) this.#serve(queue);
    for (const queue of queues) this.#serve(queue);
  }

  /**
   * Whatever was open may have ended the process (a damaged object does). All of it is asked once more, each request
   * alone, so that the one that does it again fails and no other. Storage that does not answer is not asked again: to
   * wait for each request in turn would take the time limit as many times.
   */
  #ended(process: CatFileProcess, unanswered: readonly CatFileRequest[], reason: Error): void {
    this.#processes.delete(process);
    this.#retiring.delete(process);
    const queue = this.#queueOf(process.gitDir);
    queue.processes.delete(process);
    const again: CatFileRequest[] = [];
    for (const request of unanswered) {
      if (this.#isClosed) request.reject(stopping());
      else if (request.isSuspect || reason instanceof Failure) request.reject(reason);
      else again.push(request);
      request.isSuspect = true;
    }
    if (again.length > 0) {
      queue.requests.unshift(...again);
      this.#waitingCount += again.length;
      this.#waiting.add(queue);
    }
    this.#serveWaiting();
    this.#removeIfUnused(queue);
  }
}
