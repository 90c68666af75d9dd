import { reachFaultPoint } from "../fault-points.ts";
import { type StoredPack, storePack } from "../git/packs/store-pack.ts";
import type { PushReport } from "../git/wire/push-report.ts";
import type { PushCommand, PushRequest } from "../git/wire/push-request.ts";
import type { PublicBases } from "../model/event.ts";
import type { ObjectId } from "../model/object-id.ts";
import { invalidRefNameReason, newRefNameProblem, parseRefName, type RefName } from "../model/ref-name.ts";
import type { Repository } from "../model/repository.ts";
import type { Ports } from "../ports.ts";
import type { Quarantine } from "../storage/packs/pack-store.ts";
import { listRefs } from "../storage/sql/refs.ts";
import type { RefAuthor } from "./branch-rules.ts";
import { changeRefs } from "./change-refs.ts";
import { checkTips, type Step, tipsOf } from "./check-tips.ts";
import { findLeakedToken, type LeakPorts } from "./leaked-tokens.ts";
import { areReached } from "./reached-commits.ts";

export type PushPorts = LeakPorts & Pick<Ports, "objects" | "commitGraphs" | "maintenance" | "outbox">;

export type PushOptions = {
  /** Who pushes, for the branch restrictions. */
  readonly author: RefAuthor;
  /** For the links in webhooks; undefined if none is to hear of it. */
  readonly bases: PublicBases | undefined;
  readonly isImport?: boolean;
  readonly onProgress?: (text: Buffer) => void;
  /** Aborted when the sender has gone. From the transaction on it is not heeded. */
  readonly signal: AbortSignal;
};

/** Refs that the server writes itself. */
const RESERVED_PREFIXES = ["refs/pull-requests/", "refs/pail/"];

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
    const taken = await takeObjects(ports, repository, { request, steps, quarantine, options });
    if (taken.kind === "refused") {
      return {
        unpackProblem: taken.problem,
        refs: steps.map(({ command }) => ({ name: command.name, refused: "unpacker error" })),
      };
    }
    const { checked, leak } = taken;
    reachFaultPoint("push.checked");
    steps = refuseTogether(leak === undefined ? checked : refuseNew(checked), isAtomic);
    const updates = steps.flatMap((step) => step.update ?? []);
    const { author, bases, signal, isImport = false } = options;
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

type Taken =
  /** Why the pack was refused, in words for its sender. */
  | { readonly kind: "refused"; readonly problem: string }
  /** The commands, with those refused whose objects are not good; and what was found leaked. */
  | { readonly kind: "checked"; readonly checked: Step[]; readonly leak: string | undefined };

/** The pack into quarantine, and all that has to be known of it. */
async function takeObjects(
  ports: PushPorts,
  repository: Repository,
  {
    request,
    steps,
    quarantine,
    options,
  }: {
    readonly request: PushRequest;
    readonly steps: readonly Step[];
    readonly quarantine: Quarantine;
    readonly options: PushOptions;
  },
): Promise<Taken> {
  const { author, signal, isImport = false } = options;
  const names = steps.flatMap((step) => step.update?.name ?? []);
  const gitDir = ports.packs.gitDir(repository.uuid);
  const target = {
    gitDir,
    objects: ports.objects,
    areReached: (ids: readonly ObjectId[]) => areReached(ports, repository, names, ids),
  };
  const gitOptions = { gitDir, objectFolder: quarantine.objectFolder, signal };
  const hasPack = request.commands.some((command) => command.new !== undefined);
  const { packBytesMax } = ports.config;
  const { packFiles } = quarantine;
  const stored: StoredPack = hasPack
    ? await storePack(request.pack, target, { ...gitOptions, ...options, packFiles, packBytesMax })
    : { kind: "read", objects: new Map() };
  if (stored.kind === "refused") return stored;
  reachFaultPoint("push.indexed");
  const brought = stored.kind === "read" ? stored.objects : undefined;
  const tips = tipsOf(steps);
  const listKnown = async () =>
    (await listRefs(ports.database.kysely, repository.uuid)).map((ref) => ref.target);
  // Side by side: neither needs the other, and each may wait for git.
  const [checked, leak] = await Promise.all([
    checkTips(steps, { brought, target, listKnown, gitOptions }),
    // What is imported is on this machine already, and is history that nobody can change here.
    hasPack && !isImport
      ? findLeakedToken(ports, repository, {
          tips,
          listKnown,
          quarantine,
          brought: brought?.values(),
          author,
          signal,
        })
      : undefined,
  ]);
  return { kind: "checked", checked, leak };
}

/** What can be said of a command before its objects are looked at. */
function firstSteps(commands: readonly PushCommand[]): Step[] {
  const seen = new Set<string>();
  return commands.map((command) => {
    const name = parseRefName(command.name);
    const isRepeated = seen.has(command.name);
    seen.add(command.name);
    if (name === undefined)
      return { command, update: undefined, refused: invalidRefNameReason(command.name) };
    if (isRepeated)
      return { command, update: undefined, refused: "multiple updates for this ref are not allowed" };
    const refused = refusedName(name, command);
    const update = { name, old: command.old, new: command.new, peeled: undefined };
    return { command, update: refused === undefined ? update : undefined, refused };
  });
}

function refusedName(name: RefName, command: PushCommand): string | undefined {
  if (RESERVED_PREFIXES.some((prefix) => name.startsWith(prefix)))
    return "refs of this kind belong to the server";
  // A ref "refs/heads" would stand where all branches have to lie.
  if (name.split("/").length < 3) return "a ref needs a kind and a name, such as refs/heads/main";
  if (command.old === undefined && command.new === undefined) return "nothing to delete";
  return command.new === undefined ? undefined : newRefNameProblem(name);
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

/** All of them, for the pack would be stored with any: only deletions stay. */
function refuseNew(steps: readonly Step[]): Step[] {
  return steps.map((step) =>
    step.update?.new === undefined
      ? step
      : { ...step, update: undefined, refused: "an API token of this server is in what was pushed" },
  );
}
