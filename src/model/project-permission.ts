import type { Permission } from "./permission.ts";

/**
 * What an account may do in a project, in rising order: with `create-repo` it writes to every repository of the project
 * and makes new ones in it, with `admin` it also changes the project.
 */
export const PROJECT_PERMISSIONS = ["none", "read", "write", "create-repo", "admin"] as const;
export type ProjectPermission = (typeof PROJECT_PERMISSIONS)[number];

export function permitsInProject(held: ProjectPermission, asked: ProjectPermission): boolean {
  return PROJECT_PERMISSIONS.indexOf(held) >= PROJECT_PERMISSIONS.indexOf(asked);
}

/** What a permission in a project comes to in each of its repositories. */
export function inRepositories(permission: ProjectPermission): Permission {
  return permission === "create-repo" ? "write" : permission;
}
