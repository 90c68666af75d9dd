import type { TipObject } from "../../git/packs/connectivity.ts";
import type { PushReport } from "../../git/wire/push-report.ts";
import type { PushCommand, PushRequest } from "../../git/wire/push-request.ts";
import type { ObjectId } from "../../model/object-id.ts";
import type { RefUpdate } from "../../model/ref.ts";
import {
  branchOf,
  invalidRefNameReason,
  newRefNameProblem,
  PULL_REQUEST_PREFIX,
  parseRefName,
  type RefName,
} from "../../model/ref-name.ts";
import type { Repository } from "../../model/repository.ts";
import type { By } from "../../ports.ts";
import { refuseByValue } from "../../storage/sql/refs/ref-decisions.ts";
import { findRefs } from "../../storage/sql/refs/refs.ts";
import { readBranchRulesMeanwhile } from "../branch-rules/branch-rules.ts";
import { storeNewObjects } from "../objects/store-new-objects.ts";
import { type ChangeRefsPorts, changeRefs, type ImportedRepository, type RefChange } from "./change-refs.ts";
import { pushHints } from "./push-hints.ts";

export type PushPorts = ChangeRefsPorts;

export type PushOptions = {
  readonly imported?: ImportedRepository;
  readonly onProgress?: (text: Buffer) => void;
};

/** Refs that the server writes itself. */
const RESERVED_PREFIXES = [PULL_REQUEST_PREFIX, "refs/pail/"];

/**
 * Takes a push: objects are received into quarantine and checked, then made durable, then all refs are changed in one
 * transaction. If it is cut off before the transaction, it leaves only a quarantine, which start-up sweeps.
 */
export async function push(
  ports: PushPorts,
  by: By,
  repository: Repository,
  request: PushRequest,
  options: PushOptions,
): Promise<PushReport> {
  const isAtomic = request.capabilities.has("atomic");
  const states = refuseTogether(initialStates(request.commands), isAtomic);
  const { imported, onProgress } = options;
  /** Updates whose ref has changed meanwhile, as far as this had to be known before anything was copied. */
  const stale = new Map<RefUpdate, string>();
  const objectsRequest = {
    pack: request.commands.some((command) => command.new !== undefined) ? request.pack : undefined,
    tips: states.flatMap((state) => state.update?.new ?? []),
    names: states.flatMap((state) => state.update?.name ?? []),
    async listNeeded() {
      for (const [update, refused] of await findStale(ports, repository, states)) stale.set(update, refused);
      return states.flatMap(({ update }) =>
        update === undefined || stale.has(update) ? [] : (update.new ?? []),
      );
    },
    isImport: imported !== undefined,
    ...(onProgress === undefined ? {} : { onProgress }),
  };
  const rules = readBranchRulesMeanwhile(ports, repository, { by, kind: "push" });
  return storeNewObjects(ports, by, repository, objectsRequest, async (stored) => {
    if (stored.kind === "refused") {
      return {
        unpackProblem: stored.problem,
        refs: states.map(({ command }) => ({ name: command.name, refused: "unpacker error" })),
      };
    }
    const { tips, leak, objects } = stored;
    const checked = states.map((state) => refuseStale(state, stale) ?? checkObject(state, tips));
    const allowed = refuseTogether(leak === undefined ? checked : refuseNew(checked), isAtomic);
    const updates = allowed.flatMap((state) => state.update ?? []);
    const request = { imported, kind: "push", isAtomic, objects, rules } as const;
    const changes = await changeRefs(ports, by, repository, updates, request);
    const report = reportOf(allowed, leak, changes);
    const remarks = [...report.remarks, ...pushHints(repository, changes, by.baseUrls)];
    return { ...report, remarks };
  });
}

/** A command of the push: with its update while it may still succeed, with a reason once it is refused. */
type CommandState = {
  readonly command: PushCommand;
  readonly update: RefUpdate | undefined;
  readonly refused: string | undefined;
};

function reportOf(
  states: readonly CommandState[],
  leak: string | undefined,
  changes: readonly RefChange[],
): PushReport & { readonly remarks: readonly string[] } {
  const refused = new Map(changes.map((change) => [change.update, change.refused]));
  return {
    unpackProblem: undefined,
    remarks: [
      ...(leak === undefined ? [] : [leak]),
      ...changes.flatMap(({ update, refused: reason, refusedBy }) =>
        refusedBy === undefined ? [] : [`${update.name}: ${reason}`],
      ),
    ],
    refs: states.map(({ command, update, refused: reason }) => ({
      name: command.name,
      refused: update === undefined ? reason : refused.get(update),
    })),
  };
}

/** The updates whose refs do not have the expected old value, with the reasons. */
async function findStale(
  { database }: PushPorts,
  { uuid }: Repository,
  states: readonly CommandState[],
): Promise<ReadonlyMap<RefUpdate, string>> {
  const updates = states.flatMap(({ update }) => update ?? []);
  const current = await findRefs(
    database.kysely,
    uuid,
    updates.map(({ name }) => name),
  );
  const stale = new Map<RefUpdate, string>();
  for (const update of updates) {
    const refused = refuseByValue(update, current.get(update.name));
    if (refused !== undefined) stale.set(update, refused);
  }
  return stale;
}

function refuseStale(state: CommandState, stale: ReadonlyMap<RefUpdate, string>): CommandState | undefined {
  const refused = state.update && stale.get(state.update);
  return refused === undefined ? undefined : { ...state, update: undefined, refused };
}

/** Refuses an incomplete tip, and a branch whose tip is not a commit; notes what tags peel to. */
function checkObject(state: CommandState, tips: ReadonlyMap<ObjectId, TipObject>): CommandState {
  const { update } = state;
  if (update?.new === undefined) return state;
  const object = tips.get(update.new);
  if (object === undefined) return { ...state, update: undefined, refused: "missing necessary objects" };
  if (branchOf(update.name) !== undefined && object.type !== "commit") {
    return {
      ...state,
      update: undefined,
      refused: `a branch must point at a commit, not at a ${object.type}`,
    };
  }
  return { ...state, update: { ...update, peeled: object.peeled } };
}

/** What can be said of a command before its objects are checked. */
function initialStates(commands: readonly PushCommand[]): CommandState[] {
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
function refuseTogether(states: readonly CommandState[], isAtomic: boolean): CommandState[] {
  if (!isAtomic || states.every((state) => state.refused === undefined)) return [...states];
  return states.map((state) => ({
    ...state,
    update: undefined,
    refused: state.refused ?? "atomic push failure",
  }));
}

/** Refuses all but deletions, because the pack would be stored with any other command. */
function refuseNew(states: readonly CommandState[]): CommandState[] {
  return states.map((state) =>
    state.update?.new === undefined
      ? state
      : { ...state, update: undefined, refused: "an API token of this server is in what was pushed" },
  );
}
