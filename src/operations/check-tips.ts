import { isConnected, readTips, type TipObject } from "../git/packs/connectivity.ts";
import type { Target } from "../git/packs/store-small-pack.ts";
import type { Brought } from "../git/packs/whole-by-evidence.ts";
import type { PushCommand } from "../git/wire/push-request.ts";
import type { ObjectId } from "../model/object-id.ts";
import type { RefUpdate } from "../model/ref.ts";
import { branchOf } from "../model/ref-name.ts";

/** A command on its way: with its update while it may still succeed, with a reason once it is refused. */
export type Step = {
  readonly command: PushCommand;
  readonly update: RefUpdate | undefined;
  readonly refused: string | undefined;
};

export function tipsOf(steps: readonly Step[]): readonly ObjectId[] {
  return steps.flatMap((step) => step.update?.new ?? []);
}

/** Of a broken push with more tips, the rest is refused with the broken ones. */
const SINGLE_CHECKS_MAX = 100;
/** More objects of the repository are read by a process of their own. */
const PLAIN_TIPS_MAX = 100;

type GitOptions = { readonly gitDir: string; readonly objectFolder: string; readonly signal: AbortSignal };

export type TipCheck = {
  /** What has been pushed, if it has been found whole already. */
  readonly brought: Brought | undefined;
  readonly target: Target;
  readonly listKnown: () => Promise<readonly ObjectId[]>;
  readonly gitOptions: GitOptions;
};

/** Refuses what refs would reach and is not whole, and branches that are not commits; finds what tags peel to. */
export async function checkTips(steps: readonly Step[], check: TipCheck): Promise<Step[]> {
  const tips = tipsOf(steps);
  if (tips.length === 0) return [...steps];
  const { listKnown, gitOptions } = check;
  const read = await readPlainTips(tips, check);
  if (read !== undefined)
    return steps.map((step) =>
      step.update?.new ? checkObject(step, step.update, read.get(step.update.new)) : step,
    );
  const known = await listKnown();
  const [objects, areAllConnected] = await Promise.all([
    readTips(tips, gitOptions),
    isConnected(tips, known, gitOptions),
  ]);
  const whole = new Map<ObjectId, boolean>();
  for (const tip of areAllConnected ? [] : objects.keys()) {
    // Something is missing: each tip is looked at by itself, one after another, so that good ones may pass.
    whole.set(tip, whole.size < SINGLE_CHECKS_MAX && (await isConnected([tip], known, gitOptions)));
  }
  return steps.map((step) => {
    if (step.update?.new === undefined) return step;
    const isWhole = areAllConnected || whole.get(step.update.new) === true;
    return checkObject(step, step.update, isWhole ? objects.get(step.update.new) : undefined);
  });
}

/** The types of tips that have been brought or that refs reach; undefined if any is something else, or a tag. */
async function readPlainTips(
  tips: readonly ObjectId[],
  { brought, target: { gitDir, objects, areReached } }: TipCheck,
): Promise<ReadonlyMap<ObjectId, TipObject> | undefined> {
  if (brought === undefined) return undefined;
  const there = [...new Set(tips)].filter((tip) => !brought.has(tip));
  if (there.length > PLAIN_TIPS_MAX || (there.length > 0 && !(await areReached(there)))) return undefined;
  const headers = await Promise.all(there.map((tip) => objects.readHeader(gitDir, tip)));
  const types = new Map(there.map((tip, index) => [tip, headers[index]?.type]));
  const read = new Map<ObjectId, TipObject>();
  for (const tip of tips) {
    const type = brought.get(tip)?.type ?? types.get(tip);
    if (type === undefined || type === "tag") return undefined;
    read.set(tip, { type, peeled: undefined });
  }
  return read;
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
