import type { Command } from "commander";
import type { Bound } from "../../model/bound.ts";
import { OPERATOR } from "../../model/caller.ts";
import { Failure } from "../../model/failure.ts";
import type { LimitField, WrittenLimits } from "../../model/written-limits.ts";
import type { Ports } from "../../ports.ts";
import { collect } from "../start/settings-options.ts";

/** What the options of a command leave: those that were not given are absent. */
export type LimitOptions = {
  readonly repository?: readonly string[];
  readonly project?: readonly string[];
  readonly workspace?: readonly string[];
  readonly pushRef?: readonly string[];
  readonly address?: readonly string[];
  readonly readOnlyHours?: readonly string[];
};

const OPTIONS: Readonly<Record<LimitField, string>> = {
  repositories: "repository",
  projects: "project",
  workspaces: "workspace",
  refs: "push_ref",
  addresses: "address",
  read_only_hours: "read_only_hours",
};

/** Options that limit a token beside its scopes. Each may be repeated. */
export function addLimitOptions(command: Command): Command {
  return command
    .option(
      "--repository <name>",
      "works in this repository only, such as acme/demo; repeat it for more",
      collect,
    )
    .option("--project <name>", "works in this project only, such as acme/PROJ", collect)
    .option("--workspace <slug>", "works in this workspace only", collect)
    .option("--push-ref <pattern>", "may change these refs only, such as 'refs/heads/bot/*'", collect)
    .option("--address <cidr>", "is taken from these addresses only, such as 192.0.2.0/24", collect)
    .option(
      "--read-only-hours <hours>",
      "only reads in these hours, such as 'mon-fri 18:00-08:00 Europe/Berlin'",
      collect,
    );
}

export function writtenLimits(options: LimitOptions): WrittenLimits {
  return {
    repositories: options.repository,
    projects: options.project,
    workspaces: options.workspace,
    refs: options.pushRef,
    addresses: options.address,
    read_only_hours: options.readOnlyHours,
  };
}

/** @throws Failure invalid-input that names every wrong option. */
export async function findBound(
  ports: Pick<Ports, "database">,
  options: LimitOptions,
): Promise<Bound | undefined> {
  const { findLimits, limitFields } = await import("../../operations/tokens/token-limits.ts");
  const { bound, problems } = await findLimits(ports, OPERATOR, writtenLimits(options));
  if (problems.length === 0) return bound;
  throw new Failure("invalid-input", "The limits are wrong", {
    fields: namedAsOptions(limitFields(problems)),
  });
}

/** By the words of the options. A field that has none keeps its name. */
export function namedAsOptions(
  fields: Readonly<Record<string, readonly string[]>>,
): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(
    Object.entries(fields).map(([field, problems]) => [OPTION_NAMES[field] ?? field, problems]),
  );
}

const OPTION_NAMES: Readonly<Record<string, string>> = { ...OPTIONS, scopes: "scope", expires_in: "expires" };
