/** What a token can be limited to beside its scopes, by the names of the wire. */
export const LIMIT_FIELDS = [
  "repositories",
  "projects",
  "workspaces",
  "refs",
  "addresses",
  "read_only_hours",
] as const;
export type LimitField = (typeof LIMIT_FIELDS)[number];

/** Limits as people write them, like `LIMIT_EXAMPLES`. A field that is absent limits nothing. */
export type WrittenLimits = { readonly [Field in LimitField]?: readonly string[] | undefined };

export const LIMIT_EXAMPLES: Readonly<Record<LimitField, string>> = {
  repositories: "acme/demo",
  projects: "acme/PROJ",
  workspaces: "acme",
  refs: "refs/heads/bot/*",
  addresses: "192.0.2.0/24",
  read_only_hours: "mon-fri 18:00-08:00 Europe/Berlin",
};

const ENTRIES_MAX = 100;
/** Each is compared with each ref of a push, and with those of a token that is derived. */
export const REF_PATTERNS_MAX = 20;
/** In characters. */
export const REF_PATTERN_LENGTH_MAX = 255;

/** How many entries a field of one token may have. */
export function limitEntriesMax(field: LimitField): number {
  return field === "refs" ? REF_PATTERNS_MAX : ENTRIES_MAX;
}
