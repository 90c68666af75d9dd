import type { Bound } from "../../model/bound.ts";
import type { Viewer } from "../../model/caller.ts";
import { effectiveLimits } from "../../model/effective-limits.ts";
import { writeHours } from "../../model/hours-text.ts";
import { bracedUuid, type Uuid } from "../../model/uuid.ts";
import type { WrittenLimits } from "../../model/written-limits.ts";
import type { Ports } from "../../ports.ts";
import { findLimitNames } from "../../storage/sql/tokens/limit-names.ts";

/**
 * Writes the limits of tokens, in the order of the tokens. What is gone, or what the viewer may not see, is its UUID in braces.
 * Undefined as a viewer is the operator.
 */
export async function describeLimits(
  { database }: Pick<Ports, "database">,
  viewer: Viewer | undefined,
  tokens: readonly { readonly bound: Bound | undefined }[],
): Promise<readonly WrittenLimits[]> {
  const limits = tokens.map(({ bound }) => effectiveLimits(bound));
  const names = await findLimitNames(database.kysely, viewer, limits);
  return limits.map((each) => limitTexts(each, names));
}

function limitTexts(limits: Bound, names: ReadonlyMap<Uuid, string>): WrittenLimits {
  const named = (uuids: readonly Uuid[] | undefined) =>
    uuids?.map((uuid) => names.get(uuid) ?? bracedUuid(uuid)).sort();
  return {
    repositories: named(limits.repositories),
    projects: named(limits.projects),
    workspaces: named(limits.workspaces),
    refs: limits.refs,
    addresses: limits.addresses,
    read_only_hours: limits.readOnlyHours?.map(writeHours),
  };
}
