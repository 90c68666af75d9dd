/** What an account may do in a repository, in rising order. */
export const PERMISSIONS = ["none", "read", "write", "admin"] as const;
export type Permission = (typeof PERMISSIONS)[number];

export function parsePermission(text: string): Permission | undefined {
  return PERMISSIONS.find((permission) => permission === text);
}

export function permits(held: Permission, asked: Permission): boolean {
  return PERMISSIONS.indexOf(held) >= PERMISSIONS.indexOf(asked);
}

export function highestPermission(permissions: readonly Permission[]): Permission {
  return permissions.reduce(
    (highest, permission) => (permits(highest, permission) ? highest : permission),
    "none",
  );
}
