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
type Lane = {
  readonly gitDir: string;
  readonly queue: CatFileRequest[];
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
  readonly #lanes = new Map<string, Lane>();
  /** Lanes with a queue, the one that was served last is the last. */
  readonly #waiting = new Set<Lane>();
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
      const lane = this.#laneOf(gitDir);
      lane.queue.push({ command, id, resolve, reject, isSuspect: false });
      this.#waitingCount += 1;
      this.#waiting.add(lane);
      this.#serve(lane);
    });
  }

  /** Requests from now on are answered by new processes. What is being answered is answered. */
  forget(gitDir: string): void {
    const lane = this.#lanes.get(gitDir);
    if (lane === undefined) return;
    for (const process of lane.processes) this.#retire(lane, process);
    this.#serve(lane);
  }

  /** Refuses all requests, open ones too. Resolves when all processes are gone. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const lane of this.#waiting) {
      for (const request of lane.queue.splice(0)) request.reject(stopping());
    }
    this.#waiting.clear();
    this.#waitingCount = 0;
    const processes = [...this.#processes];
    for (const process of processes) process.kill();
    await Promise.all(processes.map((process) => process.ended));
  }

  #laneOf(gitDir: string): Lane {
    let lane = this.#lanes.get(gitDir);
    if (lane === undefined) {
      lane = { gitDir, queue: [], processes: new Set() };
      this.#lanes.set(gitDir, lane);
    }
    return lane;
  }

  #removeIfUnused(lane: Lane): void {
    if (lane.queue.length === 0 && lane.processes.size === 0) this.#lanes.delete(lane.gitDir);
  }

  #serve(lane: Lane): void {
    for (let request = lane.queue[0]; request !== undefined; request = lane.queue[0]) {
      const process = this.#findProcess(lane, request);
      if (process === undefined) break;
      lane.queue.shift();
      this.#waitingCount -= 1;
      moveToEnd(this.#waiting, lane);
      moveToEnd(this.#processes, process);
      process.send(request);
    }
    if (lane.queue.length === 0) this.#waiting.delete(lane);
    this.#removeIfUnused(lane);
  }

  /** Requests are lined up behind each other first: a process more costs more than a place in a line. */
  #findProcess(lane: Lane, request: CatFileRequest): CatFileProcess | undefined {
    const [shortest] = [...lane.processes].sort((one, other) => one.openCount - other.openCount);
    if (shortest?.openCount === 0) return shortest;
    if (shortest !== undefined && shortest.openCount < OPEN_PER_PROCESS_MAX) {
      const mayJoin = !request.isSuspect && !shortest.isTryingSuspect && !this.#mustMakeRoom(shortest);
      if (mayJoin) return shortest;
    }
    if (lane.processes.size >= this.#options.processesPerRepositoryMax) return undefined;
    if (this.#processes.size < this.#options.processesMax) return this.#open(lane);
    this.#killIdleForStarving();
    return undefined;
  }

  #starvingCount(): number {
    let count = 0;
    for (const lane of this.#waiting) if (lane.processes.size === 0) count += 1;
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
      this.#retire(this.#laneOf(process.gitDir), process);
      needed -= 1;
    }
  }

  #retire(lane: Lane, process: CatFileProcess): void {
    lane.processes.delete(process);
    this.#retiring.add(process);
    if (process.openCount === 0) process.kill();
    this.#removeIfUnused(lane);
  }

  #open(lane: Lane): CatFileProcess | undefined {
    const { idleMs, stallMs, contentBytesMax } = this.#options;
    try {
      const process = new CatFileProcess({
        gitDir: lane.gitDir,
        idleMs,
        stallMs,
        contentBytesMax,
        onAnswered: (answered) => this.#answered(answered),
        onEnded: (ended, unanswered, reason) => this.#ended(ended, unanswered, reason),
      });
      this.#processes.add(process);
      lane.processes.add(process);
      return process;
    } catch (error) {
      // The operating system has no process or no descriptor left. To wait would be to wait for nobody.
      const reason = new Failure("unavailable", "Cannot read objects: no process can be started", {
        reason: String(error),
      });
      this.#waitingCount -= lane.queue.length;
      for (const request of lane.queue.splice(0)) request.reject(reason);
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
    const lanes = [...this.#waiting];
    for (const lane of lanes) if (lane.processes.size === 0) this.#serve(lane);
    for (const lane of lanes) this.#serve(lane);
  }

  /**
   * Whatever was open may have ended the process (a damaged object does). All of it is asked once more, each request
   * alone, so that the one that does it again fails and no other. Storage that does not answer is not asked again: to
   * wait for each request in turn would take the time limit as many times.
   */
  #ended(process: CatFileProcess, unanswered: readonly CatFileRequest[], reason: Error): void {
    this.#processes.delete(process);
    this.#retiring.delete(process);
    const lane = this.#laneOf(process.gitDir);
    lane.processes.delete(process);
    const again: CatFileRequest[] = [];
    for (const request of unanswered) {
      if (this.#isClosed) request.reject(stopping());
      else if (request.isSuspect || reason instanceof Failure) request.reject(reason);
      else again.push(request);
      request.isSuspect = true;
    }
    if (again.length > 0) {
      lane.queue.unshift(...again);
      this.#waitingCount += again.length;
      this.#waiting.add(lane);
    }
    this.#serveWaiting();
    this.#removeIfUnused(lane);
  }
}
