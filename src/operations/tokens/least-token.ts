import { type OauthScope, withImplied } from "../../model/oauth-scope.ts";
import type { RecordedUse } from "../../model/recorded-use.ts";
import type { Scope } from "../../model/scope.ts";

/** The narrowest token that all recorded requests would have been let in with. */
export type LeastToken = {
  readonly scopes: readonly Scope[];
  /** In the older vocabulary, without those that another one implies. */
  readonly oauthScopes: readonly OauthScope[];
  /** Full names. Empty, with `workspaces` and `projects` empty too: it need not be limited to anything, for nothing was used. */
  readonly repositories: readonly string[];
  /** `workspace/KEY`. */
  readonly projects: readonly string[];
  readonly workspaces: readonly string[];
  /** Workspaces that were only looked at: a token with the limits above sees less of them. */
  readonly seenWorkspaces: readonly string[];
  /** That were created, changed or deleted. */
  readonly refs: readonly string[];
};

/** What the ids in recorded uses are called now. What is gone has no name. */
export type UseNames = ReadonlyMap<string, string>;

export function leastToken(uses: readonly RecordedUse[], names: UseNames): LeastToken {
  const values = (kind: RecordedUse["kind"]) =>
    uses.filter((use) => use.kind === kind).map(({ value }) => value);
  const named = (kind: RecordedUse["kind"]) => values(kind).flatMap((value) => names.get(value) ?? []);
  const workspaces = named("workspace");
  const isWithin = (name: string) => workspaces.includes(name.split("/", 1)[0]!);
  return {
    scopes: values("api-token-scope") as readonly Scope[],
    oauthScopes: withoutImplied(values("oauth-scope") as readonly OauthScope[]),
    repositories: named("repository").filter((name) => !isWithin(name)),
    projects: named("project").filter((name) => !isWithin(name)),
    workspaces,
    seenWorkspaces: named("seen-workspace").filter((name) => !workspaces.includes(name)),
    refs: values("ref"),
  };
}

function withoutImplied(scopes: readonly OauthScope[]): readonly OauthScope[] {
  return scopes.filter(
    (scope) => !scopes.some((other) => other !== scope && withImplied([other]).has(scope)),
  );
}

type Options = readonly (readonly [option: string, values: readonly string[]])[];

/** The command that makes such an API token for the account. */
export function createCommandOf(least: LeastToken, account: string, name: string): string {
  return commandLine("pail token create", [
    ["--account", [account]],
    ["--name", [name]],
    ["--scope", least.scopes],
    ["--workspace", least.workspaces],
    ["--project", least.projects],
    ["--repository", least.repositories],
    ["--push-ref", least.refs],
    ["--expires", ["30d"]],
  ]);
}

/** The same for an access token, which is of one repository, project or workspace. Undefined: it was used in several. */
export function createAccessTokenCommandOf(least: LeastToken, name: string): string | undefined {
  const places: Options = [
    ["--repository", least.repositories],
    ["--project", least.projects],
    ["--workspace", least.workspaces],
  ];
  if (places.flatMap(([, values]) => values).length !== 1) return undefined;
  const options: Options = [
    ["--name", [name]],
    ["--scope", least.oauthScopes],
    ["--expires", ["30d"]],
  ];
  return commandLine("pail access-token create", [...places, ...options]);
}

function commandLine(command: string, options: Options): string {
  const words = options.flatMap(([option, values]) => values.flatMap((value) => [option, quoted(value)]));
  return [command, ...words].join(" ");
}

/** For a POSIX shell. */
function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
