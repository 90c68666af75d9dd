import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { PassThrough } from "node:stream";
import { exitOf, killGit, spawnGit } from "../git/git-process.ts";
import type { PublicBases } from "../model/event.ts";
import { Failure } from "../model/failure.ts";
import { BRANCH_PREFIX, type RefName } from "../model/ref-name.ts";
import { fullName, type Repository } from "../model/repository.ts";
import { type PushPorts, push } from "../operations/push.ts";
import { changeRepository, type RepositoryPorts } from "../operations/repositories.ts";
import { listRefs } from "../storage/sql/refs.ts";
import type { ImportSource } from "./import-source.ts";

export type ImportOptions = {
  /** For the links in webhooks; undefined if none is to hear of it. */
  readonly bases: PublicBases | undefined;
  /** Called with git's own progress, as it would be shown in a terminal. */
  readonly onProgress?: (text: Buffer) => void;
  readonly signal: AbortSignal;
};

export type ImportOutcome = {
  readonly refs: readonly RefName[];
  readonly refused: readonly { readonly name: string; readonly refused: string }[];
};

/** Enough for the reason at the end of what git prints. */
const MESSAGES_LENGTH_MAX = 16_384;

/**
 * Pushes all refs of a source into an empty repository, by the way of any push. The pack goes from git to git: it is
 * never held.
 *
 * @throws Failure conflict if the repository is not empty, invalid-input if the source is damaged or refused.
 */
export async function importRepository(
  ports: PushPorts & RepositoryPorts,
  repository: Repository,
  source: ImportSource,
  options: ImportOptions,
): Promise<ImportOutcome> {
  const what = `Cannot import into ${fullName(repository)}`;
  if ((await listRefs(ports.database.kysely, repository.uuid)).length > 0) {
    throw new Failure("conflict", `${what}: the repository is not empty`);
  }
  if (source.refs.length === 0) return { refs: [], refused: [] };
  const packing = startPacking(source, options);
  try {
    const commands = source.refs.map(({ name, target }) => ({ name, old: undefined, new: target }));
    const request = { commands, capabilities: new Set<string>(), options: [], pack: packing.pack() };
    const report = await push(ports, repository, request, {
      ...options,
      author: { kind: "operator" },
      isImport: true,
    });
    if (report.unpackProblem !== undefined)
      throw new Failure("invalid-input", `${what}: ${withRemedy(report.unpackProblem, source)}`);
    const refused = report.refs.flatMap(({ name, refused: why }) =>
      why === undefined ? [] : [{ name: String(name), refused: why }],
    );
    if (refused.length === report.refs.length) {
      throw new Failure(
        "invalid-input",
        `${what}: every ref is refused: ${withRemedy(refused[0]!.refused, source)}`,
      );
    }
    const names = new Set(refused.map(({ name }) => name));
    const refs = source.refs.map((ref) => ref.name).filter((name) => !names.has(name));
    await takeHead(ports, repository, source, refs);
    return { refs, refused };
  } finally {
    killGit(packing.child);
  }
}

/** With how to go on, if it is about an object of the source. */
function withRemedy(problem: string, { hasGrafts }: ImportSource): string {
  if (!/\b[0-9a-f]{40}\b|missing/.test(problem)) return problem;
  const hidden = "its info/grafts may have hidden that objects are missing; ";
  return `${problem} (${hasGrafts ? hidden : ""}git fsck --full in the source tells more)`;
}

async function takeHead(
  ports: RepositoryPorts,
  repository: Repository,
  { headBranch }: ImportSource,
  refs: readonly RefName[],
): Promise<void> {
  if (headBranch === undefined || !refs.some((name) => name === BRANCH_PREFIX + headBranch)) return;
  await changeRepository(ports, repository, { mainBranch: headBranch });
}

type Packing = { readonly child: ChildProcessWithoutNullStreams; pack(): AsyncGenerator<Buffer> };

function startPacking(source: ImportSource, { onProgress, signal }: ImportOptions): Packing {
  const progress = onProgress === undefined ? "--quiet" : "--all-progress";
  const args = ["pack-objects", "--revs", "--stdout", "--delta-base-offset", progress];
  const child = spawnGit(args, { gitDir: source.gitDir });
  const exit = exitOf(child);
  // Awaited only when the pack has been read to its end; until then a failure to start is not unheard.
  exit.catch(() => {});
  // Piped at once: what nobody reads when the process ends, Node throws away.
  const output = child.stdout.pipe(new PassThrough());
  let said = "";
  child.stderr.on("data", (bytes: Buffer) => {
    said = (said + bytes.toString()).slice(-MESSAGES_LENGTH_MAX);
    onProgress?.(bytes);
  });
  signal.addEventListener("abort", () => killGit(child), { once: true });
  child.stdin.end(source.refs.map(({ target }) => `${target}\n`).join(""));
  return {
    child,
    async *pack() {
      for await (const bytes of output) yield bytes as Buffer;
      const status = await exit;
      signal.throwIfAborted();
      if (status === 0) return;
      const reason = /^(?:fatal|error): (?<reason>.+)$/m.exec(said)?.groups?.reason;
      throw new Failure(
        "invalid-input",
        `Cannot import: git pack-objects: ${withRemedy(reason ?? `ended with status ${status}`, source)}`,
      );
    },
  };
}
