import { type GrantedScope, INERT_SCOPES, type InertScope, PAIL_SCOPES, SCOPES } from "../model/scope.ts";
import { deedTexts, scopeGroupTexts, scopeTexts } from "./catalogue/scopes.ts";
import type { Entry } from "./translate.ts";

export type ScopeGroup = {
  readonly id: keyof typeof scopeGroupTexts;
  readonly title: Entry;
  readonly scopes: readonly GrantedScope[];
  /** Those that most people need stand open. */
  readonly isFolded: boolean;
};

/** The resources of each group, in the order in which the groups are shown. */
const RESOURCES = {
  repositories: ["repository"],
  pullRequests: ["pullrequest"],
  webhooks: ["webhook"],
  workspaces: ["workspace"],
  account: ["user"],
  projects: ["project"],
  permissions: ["permission"],
  pipelines: ["pipeline", "runner"],
  snippets: ["snippet"],
  keys: ["ssh-key", "gpg-key"],
  issues: ["issue"],
  tokens: ["token"],
} as const satisfies { readonly [Id in Exclude<keyof typeof scopeGroupTexts, "inert">]: readonly string[] };

const OPEN: readonly string[] = ["repositories", "pullRequests", "webhooks", "workspaces"];

/** Every scope that a token can have, each in one group. The last group has those that open nothing here. */
export const SCOPE_GROUPS: readonly ScopeGroup[] = [
  ...Object.entries(RESOURCES).map(([name, resources]) => {
    const id = name as keyof typeof RESOURCES;
    return {
      id,
      title: scopeGroupTexts[id],
      scopes: resources.flatMap((resource) =>
        [...SCOPES, ...PAIL_SCOPES].filter((scope) => scope.split(":")[1] === resource),
      ),
      isFolded: !OPEN.includes(id),
    };
  }),
  { id: "inert", title: scopeGroupTexts.inert, scopes: INERT_SCOPES, isFolded: true },
];

export function isInert(scope: GrantedScope): scope is InertScope {
  return (INERT_SCOPES as readonly GrantedScope[]).includes(scope);
}

/**
 * Scopes of Bitbucket's reference that no operation of this version asks for. A test compares them with the routes: one
 * that is asked for by now has to be taken out.
 */
export const UNSERVED_SCOPES: readonly GrantedScope[] = [
  "write:user:bitbucket",
  "read:permission:bitbucket",
  ...SCOPES.filter((scope) => scope.includes(":issue:")),
];

/** Those that people type and read: without the suffix that all have. */
export function shortScope(scope: GrantedScope): string {
  return scope.replace(/:bitbucket$/, "");
}

/** `read` of `read:repository:bitbucket`. */
export function verbOf(scope: GrantedScope): string {
  return scope.split(":", 1)[0]!;
}

/** `repository` of `read:repository:bitbucket`. */
export function resourceOf(scope: GrantedScope): string {
  return scope.split(":")[1]!;
}

/** All that a scope is found by, in both languages. */
export function searchedText(scope: GrantedScope): string {
  const { opens, words } = scopeTexts[scope];
  return `${scope} ${plain(opens.en)} ${opens.ja} ${words}`.normalize("NFKC").toLowerCase();
}

function plain(text: Entry["en"]): string {
  return typeof text === "string" ? text : text.other;
}

/** The scopes that have each word of the question: a name, or something one wants to do, in either language. */
export function findScopes(question: string): ReadonlySet<GrantedScope> {
  const words = question.normalize("NFKC").toLowerCase().split(/\s+/u).filter(Boolean);
  const all = SCOPE_GROUPS.flatMap(({ scopes }) => scopes);
  return new Set(all.filter((scope) => words.every((word) => searchedText(scope).includes(word))));
}

/** Sets of scopes that are often needed together. They only tick boxes. */
export const SCOPE_PRESETS = {
  clone: ["read:repository:bitbucket"],
  ci: ["read:repository:bitbucket", "read:pullrequest:bitbucket"],
  release: [
    "read:repository:bitbucket",
    "write:repository:bitbucket",
    "read:pullrequest:bitbucket",
    "write:pullrequest:bitbucket",
  ],
  renovate: [
    "read:repository:bitbucket",
    "write:repository:bitbucket",
    "read:pullrequest:bitbucket",
    "write:pullrequest:bitbucket",
    "read:user:bitbucket",
  ],
} as const satisfies Readonly<Record<string, readonly GrantedScope[]>>;
export type ScopePreset = keyof typeof SCOPE_PRESETS;

/** Each deed with the scopes of which one is enough for at least a part of it. */
const DEEDS: readonly { readonly deed: Entry; readonly by: (scope: GrantedScope) => boolean }[] = [
  { deed: deedTexts.clone, by: (scope) => scope === "read:repository:bitbucket" },
  { deed: deedTexts.push, by: (scope) => scope === "write:repository:bitbucket" },
  { deed: deedTexts.readPullRequests, by: (scope) => scope === "read:pullrequest:bitbucket" },
  { deed: deedTexts.merge, by: (scope) => scope === "write:pullrequest:bitbucket" },
  { deed: deedTexts.settings, by: (scope) => scope === "admin:repository:bitbucket" },
  {
    deed: deedTexts.webhooks,
    by: (scope) => scope === "write:webhook:bitbucket" || scope === "delete:webhook:bitbucket",
  },
  { deed: deedTexts.permissions, by: (scope) => scope === "write:permission:bitbucket" },
  { deed: deedTexts.delete, by: (scope) => verbOf(scope) === "delete" },
];

/** What people might expect of a token with these scopes and it may not do. */
export function missingDeeds(scopes: readonly GrantedScope[]): readonly Entry[] {
  return DEEDS.filter(({ by }) => !scopes.some(by)).map(({ deed }) => deed);
}
