import type { Declared, Method } from "./declaration.ts";

const USUAL_STATUSES: Readonly<Record<Method, readonly number[]>> = {
  GET: [200],
  POST: [201],
  PUT: [200],
  DELETE: [204],
};

/** The statuses with which a route answers what it does not refuse, besides those of conditions and ranges: 206, 304. */
export function successStatusesOf(route: Pick<Declared, "method" | "successStatuses">): readonly number[] {
  return route.successStatuses ?? USUAL_STATUSES[route.method];
}
