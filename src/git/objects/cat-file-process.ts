import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { Socket } from "node:net";
import { Failure } from "../../model/failure.ts";
import type { ObjectId } from "../../model/object-id.ts";
import { exitOf, GitError, killGit, spawnGit } from "../process/git-process.ts";
import {
  type CatFileAnswer,
  type CatFileCommand,
  CatFileParser,
  MalformedCatFileOutput,
} from "./cat-file-parser.ts";

export type CatFileRequest = {
  readonly command: CatFileCommand;
  readonly id: ObjectId;
  readonly resolve: (answer: CatFileAnswer) => void;
  readonly reject: (reason: Error) => void;
  /** It was open when a process ended, so it may be what ended it. */
  isSuspect: boolean;
};

export type CatFileProcessOptions = {
  readonly gitDir: string;
  /** Without a request for so long, the process ends. */
  readonly idleMs: number;
  /** Without a byte of an answer for so long, the process is killed. */
  readonly stallMs: number;
  readonly contentBytesMax: number;
  /** The oldest request has been answered. */
  readonly onAnswered: (process: CatFileProcess) => void;
  /** The process has ended, with these requests unanswered, in the order in which they were sent. */
  readonly onEnded: (process: CatFileProcess, unanswered: readonly CatFileRequest[], reason: Error) => void;
};

/** How much of git's messages goes into the log, in characters. */
const STDERR_LENGTH_MAX = 4096;

/** One `git cat-file --batch-command`: answers requests in the order in which they are sent. */
export class CatFileProcess {
  readonly gitDir: string;
  /** Resolves when the operating system's process is gone. */
  readonly ended: Promise<void>;
  readonly #options: CatFileProcessOptions;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #parser: CatFileParser;
  readonly #open: CatFileRequest[] = [];
  #timer: NodeJS.Timeout | undefined;
  #reason: Error | undefined;
  #answeredCount = 0;
  #stderr = "";

  constructor(options: CatFileProcessOptions) {
    this.gitDir = options.gitDir;
    this.#options = options;
    this.#parser = new CatFileParser(
      options.contentBytesMax,
      () => this.#open[0]?.command,
      (answer) => this.#take(answer),
    );
    this.#child = spawnGit(["cat-file", "--batch-command"], { gitDir: options.gitDir });
    this.#child.stdout.on("data", (chunk: Buffer) => this.#read(chunk));
    this.#child.stderr.on("data", (chunk: Buffer) => {
      if (this.#stderr.length < STDERR_LENGTH_MAX) this.#stderr += chunk.toString();
    });
    this.ended = exitOf(this.#child).then(
      (status) => this.#end(new GitError("cat-file", status, this.#stderr)),
      (error: unknown) => this.#end(new GitError("cat-file", undefined, String(error))),
    );
    this.#rest();
  }

  /** Requests sent and not yet answered. */
  get openCount(): number {
    return this.#open.length;
  }

  /** Requests answered in its whole life. */
  get answeredCount(): number {
    return this.#answeredCount;
  }

  /** Whether a suspect is being tried alone, so that its guilt can be told from its neighbours'. */
  get isTryingSuspect(): boolean {
    return this.#open[0]?.isSuspect === true;
  }

  send(request: CatFileRequest): void {
    if (this.#open.length === 0) this.#wake();
    this.#open.push(request);
    this.#child.stdin.write(`${request.command} ${request.id}\n`);
  }

  /** Ends the process at once. It only reads, so nothing is lost but the open requests. */
  kill(reason?: Error): void {
    this.#reason ??= reason;
    clearTimeout(this.#timer);
    killGit(this.#child);
    // The event loop must live until the end is seen, or who waits for it waits for ever.
    this.#hold();
  }

  #read(chunk: Buffer): void {
    if (this.#reason !== undefined) return;
    this.#timer?.refresh();
    try {
      this.#parser.push(chunk);
    } catch (error) {
      if (!(error instanceof MalformedCatFileOutput)) throw error;
      this.kill(error);
    }
  }

  #take(answer: CatFileAnswer): void {
    // An answer out of step would hand one object's content to the reader of another.
    if (answer.id !== this.#open[0]?.id) throw new MalformedCatFileOutput("an answer for another object");
    this.#open.shift()?.resolve(answer);
    this.#answeredCount += 1;
    if (this.#open.length === 0) this.#rest();
    this.#options.onAnswered(this);
  }

  #end(reason: GitError): void {
    clearTimeout(this.#timer);
    this.#options.onEnded(this, this.#open.splice(0), this.#reason ?? reason);
  }

  /** An idle process keeps neither itself nor the server's event loop alive. */
  #rest(): void {
    this.#setTimer(this.#options.idleMs, () => this.kill());
    this.#child.unref();
    for (const pipe of this.#pipes()) pipe.unref();
  }

  #wake(): void {
    const { stallMs } = this.#options;
    const stalled = () => {
      const detail = { reason: `cat-file printed nothing for ${stallMs} ms` };
      this.kill(new Failure("unavailable", "Cannot read objects: the storage does not answer", detail));
    };
    this.#setTimer(stallMs, stalled);
    this.#hold();
  }

  #hold(): void {
    this.#child.ref();
    for (const pipe of this.#pipes()) pipe.ref();
  }

  #setTimer(ms: number, elapsed: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(elapsed, ms).unref();
  }

  /** Node declares a child's pipes as streams; they are sockets, which alone can be let go. */
  #pipes(): Socket[] {
    const pipes: unknown[] = [this.#child.stdin, this.#child.stdout, this.#child.stderr];
    return pipes.filter((pipe) => pipe instanceof Socket);
  }
}
