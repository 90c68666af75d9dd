import { type Bound, namesNothing } from "./bound.ts";
import type { Hours } from "./hours.ts";

/**
 * What a bound and those around it come to, for people. Each part is that of the innermost one which has it: a token is only
 * derived with limits that lie within those of its parent. Hours of all of them count.
 */
export function effectiveLimits(bound: Bound | undefined): Bound {
  const layers = layersOf(bound);
  const { repositories, projects, workspaces } = layers.find((layer) => !namesNothing(layer)) ?? {};
  const refs = layers.find((layer) => layer.refs !== undefined)?.refs;
  const addresses = layers.find((layer) => layer.addresses !== undefined)?.addresses;
  const hours: readonly Hours[] = layers.flatMap(({ readOnlyHours = [] }) => readOnlyHours);
  return {
    ...(repositories === undefined ? {} : { repositories }),
    ...(projects === undefined ? {} : { projects }),
    ...(workspaces === undefined ? {} : { workspaces }),
    ...(refs === undefined ? {} : { refs }),
    ...(addresses === undefined ? {} : { addresses }),
    ...(hours.length === 0 ? {} : { readOnlyHours: hours }),
  };
}

/** The innermost first. */
function layersOf(bound: Bound | undefined): readonly Bound[] {
  return bound === undefined ? [] : [bound, ...layersOf(bound.outer)];
}
