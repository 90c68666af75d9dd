import type { Actor } from "./actors/actor.ts";
import type { Backup } from "./actors/backup.ts";
import { openListing } from "./actors/listing.ts";
import { openObjectStore } from "./actors/object-store.ts";
import type { Reader } from "./actors/reader.ts";
import { openSweep } from "./actors/sweep.ts";
import { openTime } from "./actors/time.ts";
import type { Moves, State, System } from "./explorer.ts";
import { findLeftover, findViolation } from "./invariants.ts";
import { openWorld, type World, type WorldOptions } from "./world.ts";

/** Who acts in a configuration, beside the store, the sweeps and time. */
export type Cast = {
  readonly actors: readonly Actor[];
  readonly readers?: readonly Reader[];
  readonly backups?: readonly Backup[];
};

export type Configuration = {
  /** Who acts, in words. */
  readonly about: string;
  readonly options: WorldOptions;
  cast(world: World): Cast;
};

export function openSystem({ options, cast }: Configuration, fault?: WorldOptions["fault"]): System {
  const world = openWorld({ ...options, fault });
  const { actors, readers = [], backups = [] } = cast(world);
  const begun = [...actors, ...readers, ...backups];
  const byItself = [
    openObjectStore(world),
    openSweep(world, (now, object) => readers.some((reader) => reader.isReading(now, object))),
    openTime(world, (now) => readers.some((reader) => reader.isBetween(now))),
    ...(options.listing ? [openListing(world)] : []),
  ];
  const takeAll = (all: readonly Actor[], now: State, moves: Moves) => {
    for (const actor of all) {
      moves.actor = actor.name;
      actor.move(now, moves);
    }
  };
  return {
    bytes: world.bytes(),
    objectNames: world.objects.map(({ name }) => name),
    begin: world.begin,
    findViolation: (now) => findViolation(world, { readers, backups }, now),
    move(now, moves) {
      takeAll(begun, now, moves);
      const before = moves.count();
      takeAll(byItself, now, moves);
      return moves.count() === before && begun.every((actor) => actor.isAtRest(now));
    },
    findLeftover: (now) => findLeftover(world, now),
  };
}
