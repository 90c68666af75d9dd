import { type MaintenanceOptions, openMaintenance } from "./actors/maintenance.ts";
import { openPush, type PushOptions } from "./actors/push.ts";
import { BASE, FIRST, type NewObject, OLD, SECOND, type World } from "./world.ts";

/** The packs that a repository has at the beginning. */
export function addOldPacks(world: World): void {
  world.addObject({ name: "pack-base", kind: "pack", content: BASE, isThere: true });
  world.addObject({ name: "pack-old", kind: "pack", content: OLD, isThere: true });
}

type PushChoices = Partial<
  Omit<PushOptions, "name" | "pack" | "copies"> & Pick<NewObject, "isInline" | "hasParts">
>;

/** Moves `main`, by a pack of its own. */
export function firstPush(world: World, { isInline = false, hasParts = false, ...more }: PushChoices = {}) {
  const kinds = { kind: "pack", isInline, hasParts } as const;
  const pack = world.addObject({ ...kinds, name: "pack-push-1", content: FIRST });
  const push = { repository: world.repository, ref: "main", needs: BASE } as const;
  return openPush(world, { ...push, ...more, name: "push 1", pack });
}

/** Makes a branch that leans on the old one, by a pack of its own. */
export function secondPush(world: World, { isInline = false, hasParts = false, ...more }: PushChoices = {}) {
  const kinds = { kind: "pack", isInline, hasParts } as const;
  const pack = world.addObject({ ...kinds, name: "pack-push-2", content: SECOND });
  const needs = more.needs ?? BASE | OLD;
  const copies =
    (needs & OLD) === 0 ? undefined : world.addObject({ ...kinds, name: "pack-copies", content: OLD });
  const push = { repository: world.repository, ref: "extra", needs } as const;
  return openPush(world, { ...push, ...more, name: "push 2", pack, copies });
}

/** Makes a branch where the old one is. */
export function newBranch(world: World, more: PushChoices = {}) {
  const copies = world.addObject({ name: "pack-copies", kind: "pack", content: OLD, isInline: true });
  const push = { repository: world.repository, ref: "extra", needs: BASE | OLD } as const;
  return openPush(world, { ...push, ...more, name: "new branch", copies });
}

export function maintenance(world: World, fence: 1 | 2, more: Partial<MaintenanceOptions> = {}) {
  const pack = world.addObject({ name: `pack-maintenance-${fence}`, kind: "pack", content: undefined });
  const { repository, leases } = world;
  const name = `maintenance ${fence}`;
  return openMaintenance(world, {
    repository,
    lease: leases.repository,
    mayDrop: true,
    ...more,
    name,
    fence,
    pack,
  });
}
