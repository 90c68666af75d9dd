import { type Location, locationOfProject, locationOfRepository } from "../model/bound.ts";
import type { Caller, Operator } from "../model/caller.ts";
import { Failure } from "../model/failure.ts";
import type { Repository } from "../model/repository.ts";
import { parseProjectKey, parseRepositorySlug, parseWorkspaceSlug } from "../model/slug.ts";
import { parseBracedUuid, type Uuid } from "../model/uuid.ts";
import { reaches } from "../model/who-acts.ts";
import type { Project, Workspace } from "../model/workspace.ts";
import type { Ports } from "../ports.ts";
import { findProject } from "../storage/sql/projects/projects.ts";
import { findRepository } from "../storage/sql/repositories/repositories.ts";
import { findWorkspace } from "../storage/sql/workspaces/workspaces.ts";
import { maySee, requireProjectPermission, requireWorkspacePermission } from "./authorize.ts";

/** What the limits of a token may name: only what whoever names it may see. The operator sees everything. */

export type ReadEntry<Value> =
  | { readonly value: Value }
  | { readonly wrong: "malformed" | "unknown" | "wider" };

export const MALFORMED = { wrong: "malformed" } as const;
const UNKNOWN = { wrong: "unknown" } as const;

type LimitPorts = Pick<Ports, "database">;

/** By its slugs, or by its UUID in braces. */
export async function findNamedRepository(
  ports: LimitPorts,
  who: Caller | Operator,
  text: string,
): Promise<ReadEntry<Uuid>> {
  const [workspaceText = "", nameText = "", ...rest] = text.split("/");
  const [workspace, uuid] = [workspaceSelector(workspaceText), parseBracedUuid(nameText)];
  const slug = parseRepositorySlug(nameText);
  if (workspace === undefined || rest.length > 0 || (uuid ?? slug) === undefined) return MALFORMED;
  const selector = uuid === undefined ? { slug: slug! } : { uuid };
  const found = await findRepository(ports.database.kysely, workspace, selector);
  return found !== undefined && (await maySeeRepository(ports, who, found)) ? { value: found.uuid } : UNKNOWN;
}

/** By the slug of its workspace and its key, or its UUID in braces. */
export async function findNamedProject(
  ports: LimitPorts,
  who: Caller | Operator,
  text: string,
): Promise<ReadEntry<Uuid>> {
  const [workspaceText = "", keyText = "", ...rest] = text.split("/");
  const [selector, uuid, key] = [
    workspaceSelector(workspaceText),
    parseBracedUuid(keyText),
    parseProjectKey(keyText),
  ];
  if (selector === undefined || rest.length > 0 || (uuid ?? key) === undefined) return MALFORMED;
  const { kysely } = ports.database;
  const workspace = await findWorkspace(kysely, selector);
  const found =
    workspace && (await findProject(kysely, workspace.uuid, uuid === undefined ? { key: key! } : { uuid }));
  return found !== undefined && (await maySeeProject(ports, who, found)) ? { value: found.uuid } : UNKNOWN;
}

export async function findNamedWorkspace(
  ports: LimitPorts,
  who: Caller | Operator,
  text: string,
): Promise<ReadEntry<Uuid>> {
  const selector = workspaceSelector(text);
  if (selector === undefined) return MALFORMED;
  const found = await findWorkspace(ports.database.kysely, selector);
  return found !== undefined && (await maySeeWorkspace(ports, who, found)) ? { value: found.uuid } : UNKNOWN;
}

function workspaceSelector(text: string) {
  const uuid = parseBracedUuid(text);
  const slug = parseWorkspaceSlug(text);
  return uuid !== undefined ? { uuid } : slug !== undefined ? { slug } : undefined;
}

async function maySeeRepository(
  ports: LimitPorts,
  who: Caller | Operator,
  repository: Repository,
): Promise<boolean> {
  if (who.kind === "operator") return true;
  return reaches(who, locationOfRepository(repository)) && (await maySee(ports, who, repository));
}

function maySeeProject(ports: LimitPorts, who: Caller | Operator, project: Project): Promise<boolean> {
  return isAdmitted(who, locationOfProject(project), (caller) =>
    requireProjectPermission(ports, caller, project, "see"),
  );
}

function maySeeWorkspace(ports: LimitPorts, who: Caller | Operator, workspace: Workspace): Promise<boolean> {
  return isAdmitted(who, { workspaceUuid: workspace.uuid }, (caller) =>
    requireWorkspacePermission(ports, caller, workspace, workspace.slug, "see"),
  );
}

/** A credential that reaches a part of it alone is not enough, although the whole may be seen by it. */
async function isAdmitted(
  who: Caller | Operator,
  location: Location,
  admit: (caller: Caller) => Promise<unknown>,
): Promise<boolean> {
  if (who.kind === "operator") return true;
  if (!reaches(who, location)) return false;
  try {
    await admit(who);
    return true;
  } catch (error) {
    if (error instanceof Failure) return false;
    throw error;
  }
}
