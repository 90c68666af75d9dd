import type { Command } from "commander";
import { parseNetworkOrAddress } from "../../authorization/network.ts";
import { parseAnyScope } from "../../model/any-scope.ts";
import { type HeldCredential, heldViolations } from "../../model/held-credential.ts";
import { describeViolations } from "../../model/token-policy.ts";
import {
  LIFETIME_DAYS_MAX,
  setTokenPolicy,
  type WantedTokenPolicy,
} from "../../operations/tokens/token-policies.ts";
import type { Ports } from "../../ports.ts";
import { listPeopleWithoutTwoStep } from "../../storage/sql/tokens/list-people-without-two-step.ts";
import { listReachingTokens } from "../../storage/sql/tokens/reaching-tokens.ts";
import { findTokenPolicy } from "../../storage/sql/tokens/token-policies.ts";
import { createCommand, examples } from "../program.ts";
import { addSettings, collect } from "../start/settings-options.ts";
import { withPorts } from "../start/with-ports.ts";
import { parseDays } from "../terminal/parse-duration.ts";
import { printJson, printLine, printNote } from "../terminal/print.ts";
import { UsageError } from "../terminal/problem.ts";
import { getNamedWorkspace } from "../workspace/named-subjects.ts";

const TRIED_MAX = 10_000;

export function createPolicyCommand(): Command {
  const policy = createCommand("policy")
    .description("What workspaces ask of tokens, and before private repositories are opened.")
    .addHelpText(
      "after",
      examples(
        "pail policy set --workspace team --lifetime 90d --check",
        "pail policy set --workspace team --address 192.0.2.0/24 --two-step",
        "pail policy show --workspace team",
      ),
    );
  addShow(policy);
  addSet(policy);
  addRemove(policy);
  return policy;
}

function addShow(policy: Command): void {
  const command = policy
    .command("show")
    .description("Shows the policy of a workspace as JSON; null if there is none.")
    .requiredOption("--workspace <slug>", "the workspace")
    .addHelpText("after", examples("pail policy show --workspace team"));
  addSettings(command).action(async ({ workspace }: { readonly workspace: string }) => {
    const found = await withPorts(command, async (ports) => {
      const { uuid } = await getNamedWorkspace(ports, workspace);
      return findTokenPolicy(ports.database.kysely, uuid);
    });
    if (found === undefined) printNote(`${workspace} has no policy`);
    printJson(
      found === undefined
        ? null
        : {
            lifetime_days_max: found.lifetimeDaysMax ?? null,
            refused_scopes: found.refusedScopes,
            addresses: found.networks,
            requires_two_step: found.requiresTwoStep,
            enforced_from: found.enforcedFrom.toISOString(),
            changed_on: found.changedAt.toISOString(),
          },
    );
  });
}

type SetOptions = {
  readonly workspace: string;
  readonly lifetime?: string;
  readonly refuseScope?: readonly string[];
  readonly address?: readonly string[];
  readonly twoStep?: true;
  readonly from?: string;
  readonly check?: true;
};

function addSet(policy: Command): void {
  const command = policy
    .command("set")
    .description("Sets the policy of a workspace, in place of the one before, and says what it refuses.")
    .requiredOption("--workspace <slug>", "the workspace")
    .option("--lifetime <days>", "the longest life of a token, from 1d to 365d")
    .option("--refuse-scope <scope>", "no token may have it, of either vocabulary: repeat it", collect)
    .option("--address <network>", "private repositories are opened from there alone: repeat it", collect)
    .option("--two-step", "people open private repositories only with two-step verification")
    .option(
      "--from <date>",
      "from when on existing tokens are refused, such as 2026-12-31 (default: at once)",
    )
    .option("--check", "only say what it would refuse")
    .addHelpText(
      "after",
      examples(
        "pail policy set --workspace team --lifetime 90d --refuse-scope admin:workspace --from 2026-12-31",
        "pail policy set --workspace team --address 192.0.2.0/24 --address 2001:db8::/32 --check",
      ),
    );
  addSettings(command).action(async (options: SetOptions) => {
    const wanted = readWanted(options);
    await withPorts(command, async (ports, by) => {
      const workspace = await getNamedWorkspace(ports, options.workspace);
      for (const line of await describeRefused(ports, workspace.uuid, wanted)) printLine(line);
      if (options.check === true) return;
      await setTokenPolicy(ports, by, workspace, wanted);
      printNote(`The policy of ${workspace.slug} is set`);
    });
  });
}

function readWanted({
  lifetime,
  refuseScope = [],
  address = [],
  twoStep,
  from,
}: SetOptions): WantedTokenPolicy {
  const hasRule = lifetime !== undefined || refuseScope.length > 0 || address.length > 0 || twoStep === true;
  // It would remove the policy and say that it is set.
  if (!hasRule)
    throw new UsageError(
      "--lifetime, --refuse-scope, --address, --two-step: give at least one (pail policy remove ends a policy)",
    );
  const problems: string[] = [];
  const lifetimeDaysMax = lifetime === undefined ? undefined : parseDays(lifetime);
  if (lifetime !== undefined && !(lifetimeDaysMax !== undefined && lifetimeDaysMax <= LIFETIME_DAYS_MAX))
    problems.push("--lifetime: must be a number of days from 1d to 365d, such as 90d");
  const refusedScopes = refuseScope.flatMap((text) => {
    const scope = parseAnyScope(text);
    if (scope === undefined) problems.push(`--refuse-scope: there is no scope ${JSON.stringify(text)}`);
    return scope ?? [];
  });
  const networks = address.flatMap((text) => {
    const network = parseNetworkOrAddress(text);
    if (network === undefined)
      problems.push(`--address: ${JSON.stringify(text)} is neither an address nor a network`);
    return network ?? [];
  });
  const enforcedFrom = from === undefined ? undefined : new Date(`${from}T00:00:00Z`);
  if (enforcedFrom !== undefined && Number.isNaN(enforcedFrom.getTime()))
    problems.push("--from: must be a date, such as 2026-12-31");
  if (problems.length > 0) throw new UsageError(problems.join("; "));
  return { lifetimeDaysMax, refusedScopes, networks, requiresTwoStep: twoStep === true, enforcedFrom };
}

async function describeRefused(
  { database, clock }: Pick<Ports, "database" | "clock">,
  workspaceUuid: Parameters<typeof findTokenPolicy>[1],
  wanted: WantedTokenPolicy,
): Promise<readonly string[]> {
  const asked = { workspaceUuid, now: clock(), order: "expiry", limit: TRIED_MAX } as const;
  const tokens = await listReachingTokens(database.kysely, asked);
  const { people } =
    wanted.requiresTwoStep === true
      ? await listPeopleWithoutTwoStep(database.kysely, workspaceUuid, TRIED_MAX)
      : { people: [] };
  return [
    ...tokens.flatMap(({ token, account }) => {
      const violations = heldViolations(wanted, token);
      if (violations.length === 0) return [];
      const named = `${NOUNS[token.kind]} ${token.uuid} of ${holderOf(token, account.username)}`;
      return [`${named} (${JSON.stringify(token.name)}) is against it: ${describeViolations(violations)}`];
    }),
    ...people.map(({ username }) => `${username} has no two-step verification`),
  ];
}

const NOUNS: Readonly<Record<HeldCredential["kind"], string>> = {
  "api-token": "token",
  "access-token": "access token",
  grant: "OAuth grant",
};

/** Of an access token what it is of, since its bot's name tells nothing. */
function holderOf(held: HeldCredential, username: string): string {
  return held.kind === "access-token" ? `${held.resource.kind} ${held.resource.name}` : username;
}

function addRemove(policy: Command): void {
  const command = policy
    .command("remove")
    .description("Removes the policy of a workspace.")
    .requiredOption("--workspace <slug>", "the workspace")
    .addHelpText("after", examples("pail policy remove --workspace team"));
  addSettings(command).action(async ({ workspace: slug }: { readonly workspace: string }) => {
    await withPorts(command, async (ports, by) => {
      const workspace = await getNamedWorkspace(ports, slug);
      await setTokenPolicy(ports, by, workspace, {
        lifetimeDaysMax: undefined,
        refusedScopes: [],
        enforcedFrom: undefined,
      });
      printNote(`${workspace.slug} has no policy`);
    });
  });
}
