import { type RawBuilder, type SqlBool, sql } from "kysely";
import { type Bound, countsEverywhere, type Locations, namesNothing } from "../../model/bound.ts";
import type { Uuid } from "../../model/uuid.ts";

export const NOWHERE: RawBuilder<SqlBool> = sql<SqlBool>`1 = 0`;
const EVERYWHERE = sql<SqlBool>`1 = 1`;

/** The SQL form of `isWithin`, for the repository of each row. */
export function isRepositoryWithin(bound: Bound | undefined, repository = "repository"): RawBuilder<SqlBool> {
  const within = isWithinAny(bound, {
    repositories: `${repository}.uuid`,
    projects: `${repository}.project_uuid`,
    workspaces: `${repository}.workspace_uuid`,
  });
  const closed = (bound?.privateRefusals ?? []).map(({ workspaceUuid }) => workspaceUuid);
  if (closed.length === 0) return within;
  return sql<SqlBool>`(${within} and not (${sql.ref(`${repository}.is_private`)} = 1
    and ${sql.ref(`${repository}.workspace_uuid`)} in (${sql.join(closed)})))`;
}

/** The same for a project: a bound that names a repository in it does not include the project. */
export function isProjectWithin(bound: Bound | undefined): RawBuilder<SqlBool> {
  return isWithinAny(bound, { projects: "project.uuid", workspaces: "project.workspace_uuid" });
}

/** The same for a workspace. */
export function isWorkspaceWithin(bound: Bound | undefined): RawBuilder<SqlBool> {
  return isWithinAny(bound, { workspaces: "workspace.uuid" });
}

type Columns = Partial<Record<Exclude<keyof Locations, "refusedBy">, string>> & {
  readonly workspaces: string;
};

function isWithinAny(bound: Bound | undefined, columns: Columns): RawBuilder<SqlBool> {
  if (bound === undefined || countsEverywhere(bound)) return EVERYWHERE;
  const { refusedBy = [], outer } = bound;
  const own = isNamed(bound, columns);
  const named = outer === undefined ? own : sql<SqlBool>`(${own} and ${isWithinAny(outer, columns)})`;
  if (refusedBy.length === 0) return named;
  return sql<SqlBool>`(${named} and ${sql.ref(columns.workspaces)} not in (${sql.join(refusedBy)}))`;
}

function isNamed(bound: Locations, columns: Columns): RawBuilder<SqlBool> {
  if (namesNothing(bound)) return EVERYWHERE;
  const parts = Object.entries(columns).flatMap(([kind, column]) => {
    const uuids: readonly Uuid[] = bound[kind as keyof Locations] ?? [];
    return uuids.length === 0 ? [] : [sql`${sql.ref(column)} in (${sql.join(uuids)})`];
  });
  return parts.length === 0 ? NOWHERE : sql<SqlBool>`(${sql.join(parts, sql` or `)})`;
}
