import type { Random } from "../../durability/kills/seeded-random.ts";
import { NotAnsweredError } from "./node-client.ts";
import {
  createBranch,
  createRepository,
  createTag,
  deleteBranch,
  deleteDownload,
  deleteMadeBranch,
  deleteRepository,
  forkRepository,
  leanOnFormer,
  leanOnFresh,
  type Operation,
  postSource,
  pushByGit,
  pushForced,
  pushLarge,
  pushMedium,
  pushSeveral,
  pushShared,
  pushSmall,
  readElsewhere,
  reviveCommit,
  reviveFresh,
  uploadDownload,
  type Worker,
} from "./operations.ts";
import type { PailNode } from "./pail-node.ts";
import { note, type RepositoryModel, type World } from "./world.ts";

const OPERATIONS = {
  pushSmall,
  pushMedium,
  pushLarge,
  pushForced,
  pushSeveral,
  pushShared,
  pushByGit,
  readElsewhere,
  reviveCommit,
  reviveFresh,
  leanOnFormer,
  leanOnFresh,
  deleteBranch,
  createBranch,
  deleteMadeBranch,
  createTag,
  postSource,
  forkRepository,
  deleteRepository,
  uploadDownload,
  deleteDownload,
} satisfies Record<string, Operation>;

export type OperationName = keyof typeof OPERATIONS | "createRepository";

/** How often each is chosen. */
const WEIGHTS: Readonly<Record<OperationName, number>> = {
  pushSmall: 8,
  pushMedium: 2,
  pushLarge: 2,
  pushForced: 2,
  pushSeveral: 3,
  pushShared: 5,
  pushByGit: 1,
  readElsewhere: 1,
  reviveCommit: 1,
  reviveFresh: 1,
  leanOnFormer: 1,
  leanOnFresh: 1,
  deleteBranch: 2,
  createBranch: 2,
  deleteMadeBranch: 1,
  createTag: 1,
  postSource: 3,
  forkRepository: 1,
  createRepository: 0.5,
  deleteRepository: 1,
  uploadDownload: 3,
  deleteDownload: 1,
};

/** Repositories of one worker, so that the first is never deleted and no more are made than can be looked at. */
const REPOSITORIES_MAX = 4;

export function createWorker(world: World, name: string, random: Random): Worker {
  return {
    world,
    name,
    random,
    pickNode: () => random.pick(runningOrAll(world)),
    made: { count: 0 },
  };
}

function runningOrAll({ cluster }: World): readonly PailNode[] {
  const running = cluster.nodes.filter((node) => node.isRunning());
  return running.length > 0 ? running : cluster.nodes;
}

/** @throws Error if a node has gone wrong that has no reason to. */
export function takeStep(worker: Worker, name: OperationName): Promise<void> {
  return takeOwnStep(worker.world, () => tryStep(worker, name));
}

export async function takeOwnStep(world: World, step: () => Promise<void>): Promise<void> {
  try {
    await step();
  } catch (error) {
    if (!(error instanceof NotAnsweredError) || !world.troubled.has(error.node)) throw error;
    note(world, error.message);
  }
}

async function tryStep(worker: Worker, name: OperationName): Promise<void> {
  const { world, random } = worker;
  const own = repositoriesOf(world);
  if (name === "createRepository" || own.length === 0) {
    await createRepository(worker);
    return;
  }
  const [first, ...others] = own;
  if (name === "forkRepository" && own.length >= REPOSITORIES_MAX) {
    await deleteRepository(worker, random.pick(others));
    return;
  }
  if (name === "deleteRepository") {
    if (others.length > 0) await deleteRepository(worker, random.pick(others));
    return;
  }
  const repository = random.chance(0.6) ? first! : random.pick(own);
  await OPERATIONS[name](worker, repository);
}

function repositoriesOf({ repositories }: World): readonly RepositoryModel[] {
  return [...repositories.values()].filter(({ presence, isLeaving }) => presence === "there" && !isLeaving);
}

export function chooseOperation(random: Random): OperationName {
  const entries = Object.entries(WEIGHTS) as [OperationName, number][];
  const sum = entries.reduce((total, [, weight]) => total + weight, 0);
  let at = (random.below(1_000_000) / 1_000_000) * sum;
  for (const [name, weight] of entries) {
    at -= weight;
    if (at < 0) return name;
  }
  return "pushSmall";
}
