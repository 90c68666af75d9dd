import { reachFaultPoint } from "../fault-points.ts";
import { isConnected, readTips, type TipObject } from "../git/packs/connectivity.ts";
import { indexPack } from "../git/packs/index-pack.ts";
import type { PushReport } from "../git/wire/push-report.ts";
import type { PushCommand, PushRequest } from "../git/wire/push-request.ts";
import type { ObjectId } from "../model/object-id.ts";
import type { RefUpdate } from "../model/ref.ts";
import { branchOf, parseRefName, REF_NAME_BYTES_MAX, type RefName } from "../model/ref-name.ts";
import type { Repository } from "../model/repository.ts";
import type { Ports } from "../ports.ts";
import type { Bases } from "../representations/links.ts";
import { listRefs } from "../storage/sql/refs.ts";
import type { RefAuthor } from "./branch-rules.ts";
import { changeRefs } from "./change-refs.ts";
import { findLeakedToken, type LeakPorts } from "./leaked-tokens.ts";

export type PushPorts = LeakPorts & Pick<Ports, "maintenance" | "outbox">;

export type PushOptions = {
  /** Who pushes, for the branch restrictions. */
  readonly author: RefAuthor;
  /** For the links in webhooks; undefined if none is to hear of it. */
  readonly bases: Bases | undefined;
  readonly isImport?: boolean;
  readonly onProgress?: (text: Buffer) => void;
  /** Aborted when the sender has gone. From the transaction on it is not heeded. */
  readonly signal: AbortSignal;
};

/** Refs that the server writes itself. */
const RESERVED_PREFIXES = ["refs/pull-requests/", "refs/pail/"];

/** A command on its way: with its update while it may still succeed, with a reason once it is refused. */
type Step = {
  readonly command: PushCommand;
  readonly update: RefUpdate | undefined;
  readonly refused: string | undefined;
};

/**
 * Takes a push: objects into quarantine, checked and whole, then made durable, then all refs in one transaction.
 * Cut off at any point before the transaction it leaves a quarantine that start-up sweeps, and nothing else.
 */
export async function push(
  ports: PushPorts,
  repository: Repository,
  request: PushRequest,
  options: PushOptions,
): Promise<PushReport> {
  const isAtomic = request.capabilities.has("atomic");
  let steps = refuseTogether(firstSteps(request.commands), isAtomic);
  const quarantine = await ports.packs.openQuarantine(repository.uuid);
  reachFaultPoint("push.quarantined");
  try {
    const hasPack = request.commands.some((command) => command.new !== undefined);
    const gitOptions = {
      gitDir: ports.packs.gitDir(repository.uuid),
      objectFolder: quarantine.objectFolder,
      signal: options.signal,
    };
    const unpackProblem = hasPack
      ? await indexPack(request.pack, { ...gitOptions, ...options, packBytesMax: ports.config.packBytesMax })
      : undefined;
    if (unpackProblem !== undefined) {
      return {
        unpackProblem,
        refs: steps.map(({ command }) => ({ name: command.name, refused: "unpacker error" })),
      };
    }
    reachFaultPoint("push.indexed");
    const known = (await listRefs(ports.database.kysely, repository.uuid)).map((ref) => ref.target);
    const { author, bases, signal, isImport = false } = options;
    const tips = tipsOf(steps);
    // Side by side: neither needs the other, and each waits for git.
    const [checked, leak] = await Promise.all([
      checkObjects(steps, known, gitOptions),
      // What is imported is on this machine already, and is history that nobody can change here.
      hasPack && !isImport
        ? findLeakedToken(ports, repository, { tips, known, quarantine, author, signal })
        : undefined,
    ]);
    reachFaultPoint("push.checked");
    steps = refuseTogether(leak === undefined ? checked : refuseNew(checked), isAtomic);
    const updates = steps.flatMap((step) => step.update ?? []);
    const kind = "push";
    const changes = await changeRefs(ports, repository, updates, {
      author,
      bases,
      isImport,
      kind,
      isAtomic,
      quarantine,
      signal,
    });
    const refused = new Map(changes.map((change) => [change.update, change.refused]));
    return {
      unpackProblem: undefined,
      remarks: [
        ...(leak === undefined ? [] : [leak]),
        ...changes.flatMap(({ update, refused: reason, refusedBy }) =>
          refusedBy === undefined ? [] : [`${update.name}: ${reason}`],
        ),
      ],
      refs: steps.map(({ command, update, refused: reason }) => ({
        name: command.name,
        refused: update === undefined ? reason : refused.get(update),
      })),
    };
  } finally {
    await quarantine.discard();
  }
}

/** What can be said of a command before its objects are looked at. */
function firstSteps(commands: readonly PushCommand[]): Step[] {
  const seen = new Set<string>();
  return commands.map((command) => {
    const name = parseRefName(command.name);
    const isRepeated = seen.has(command.name);
    seen.add(command.name);
    if (name === undefined) return { command, update: undefined, refused: invalidNameReason(command.name) };
    if (isRepeated)
      return { command, update: undefined, refused: "multiple updates for this ref are not allowed" };
    const refused = refusedName(name, command);
    const update = { name, old: command.old, new: command.new, peeled: undefined };
    return { command, update: refused === undefined ? update : undefined, refused };
  });
}

function invalidNameReason(name: string): string {
  return Buffer.byteLength(name) > REF_NAME_BYTES_MAX
    ? `the ref name is longer than the limit of ${REF_NAME_BYTES_MAX} bytes`
    : "not a valid ref name";
}

function refusedName(name: RefName, command: PushCommand): string | undefined {
  if (RESERVED_PREFIXES.some((prefix) => name.startsWith(prefix)))
    return "refs of this kind belong to the server";
  // A ref "refs/heads" would stand where all branches have to lie.
  if (name.split("/").length < 3) return "a ref needs a kind and a name, such as refs/heads/main";
  if (command.old === undefined && command.new === undefined) return "nothing to delete";
  return undefined;
}

/** gitprotocol-capabilities(5), atomic: all or nothing. */
function refuseTogether(steps: readonly Step[], isAtomic: boolean): Step[] {
  if (!isAtomic || steps.every((step) => step.refused === undefined)) return [...steps];
  return steps.map((step) => ({
    ...step,
    update: undefined,
    refused: step.refused ?? "atomic push failure",
  }));
}

function tipsOf(steps: readonly Step[]): readonly ObjectId[] {
  return steps.flatMap((step) => step.update?.new ?? []);
}

/** All of them, for the pack would be stored with any: only deletions stay. */
function refuseNew(steps: readonly Step[]): Step[] {
  return steps.map((step) =>
    step.update?.new === undefined
      ? step
      : { ...step, update: undefined, refused: "an API token of this server is in what was pushed" },
  );
}

/** Of a broken push with more tips, the rest is refused with the broken ones. */
const SINGLE_CHECKS_MAX = 100;

type GitOptions = { readonly gitDir: string; readonly objectFolder: string; readonly signal: AbortSignal };

/** Refuses what is not whole, and branches that are not commits; finds what tags peel to. */
async function checkObjects(
  steps: readonly Step[],
  known: readonly ObjectId[],
  options: GitOptions,
): Promise<Step[]> {
  const tips = tipsOf(steps);
  if (tips.length === 0) return [...steps];
  const [objects, areAllConnected] = await Promise.all([
    readTips(tips, options),
    isConnected(tips, known, options),
  ]);
  const whole = new Map<ObjectId, boolean>();
  for (const tip of areAllConnected ? [] : objects.keys()) {
    // Something is missing: each tip is looked at by itself, one after another, so that good ones may pass.
    whole.set(tip, whole.size < SINGLE_CHECKS_MAX && (await isConnected([tip], known, options)));
  }
  return steps.map((step) => {
    if (step.update?.new === undefined) return step;
    const isWhole = areAllConnected || whole.get(step.update.new) === true;
    return checkObject(step, step.update, isWhole ? objects.get(step.update.new) : undefined);
  });
}

function checkObject(step: Step, update: RefUpdate, object: TipObject | undefined): Step {
  if (object === undefined) return { ...step, update: undefined, refused: "missing necessary objects" };
  if (branchOf(update.name) !== undefined && object.type !== "commit") {
    return {
      ...step,
      update: undefined,
      refused: `a branch must point at a commit, not at a ${object.type}`,
    };
  }
  return { ...step, update: { ...update, peeled: object.peeled } };
}
