import { Option } from "commander";
import { PERMISSIONS, type Permission, parsePermission } from "../../model/permission.ts";
import { UsageError } from "../terminal/problem.ts";

export function permissionOption(description: string): Option {
  return new Option("--permission <permission>", `${description}: ${PERMISSIONS.join(", ")}`);
}

/** @throws UsageError if it is none. */
export function readPermission(text: string): Permission {
  const permission = parsePermission(text);
  if (permission === undefined)
    throw new UsageError(`--permission: must be one of ${PERMISSIONS.join(", ")}`);
  return permission;
}
