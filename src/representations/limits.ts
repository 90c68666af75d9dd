import type { WrittenLimits } from "../model/written-limits.ts";

/** Null for what does not limit it. */
export function representLimits(limits: WrittenLimits) {
  return {
    repositories: limits.repositories ?? null,
    projects: limits.projects ?? null,
    workspaces: limits.workspaces ?? null,
    refs: limits.refs ?? null,
    addresses: limits.addresses ?? null,
    read_only_hours: limits.read_only_hours ?? null,
  };
}
