/** What a recorded answer has and ours may lack. The list may only shrink. */
export type PermittedGap = {
  readonly why: string;
  /** Of a line of `describeMissing`. */
  readonly gap: RegExp;
  /** Absent: in any recording. */
  readonly file?: RegExp;
};

export const PERMITTED_GAPS: readonly PermittedGap[] = [
  {
    why: "before 2019 user names were shown to everyone; newer recordings have none",
    gap: /\/user\/username: missing$/,
    file: /^drone-go-scm\//,
  },
  {
    why: "of 2018: newer recordings of /user have neither a website nor followers",
    gap: /^(\/website|\/links\/(followers|following)): missing$/,
    file: /\/user\.json$/,
  },
  {
    why: "edited by hand: lists of commits have no page, as the introduction of the reference and newer recordings show",
    gap: /^\/page: missing$/,
    file: /drone-go-scm\/commits\.json$/,
  },
  {
    why: "the owner recorded is an account; here it is a workspace, recorded elsewhere as a team without an account id",
    gap: /^\/owner\/account_id: missing$/,
    file: /test-repos\.json$/,
  },
];

/** Recorded answers that nothing here is like. */
export const NOT_COMPARED: readonly { readonly why: string; readonly files: RegExp }[] = [
  {
    why: "there are no pull requests yet",
    files: /\/(pr|prs|pr_diffstat|prcomments?|review)\.json$|-pullrequests/,
  },
  { why: "payloads of webhooks have tests of their own", files: /\/webhooks\/|signed_payload/ },
  { why: "the API of 2018 for what are workspaces now: /2.0/teams is gone", files: /\/teams\.json$/ },
  { why: "made by hand for a client's test: a key Values that no answer has", files: /\/userEmail\.json$/ },
  {
    why: "of /user/permissions/workspaces, which is gone, made by hand in 2026",
    files: /\/user_workspaces\.json$/,
  },
  { why: "an empty text: the answer to DELETE", files: /-hooks-_7B[^/]*\.json$/ },
  { why: "nothing is in it", files: /\/user_repo_perm_empty\.json$/ },
  { why: "the bytes of a file, not JSON", files: /_at_(feature_2FBB1|master)\.json$/ },
];

/** Each key that `recorded` has and `ours` lacks or has of another type. Null is recorded for what may be null. */
export function describeMissing(recorded: unknown, ours: unknown, pointer = ""): readonly string[] {
  if (recorded === null) return [];
  const [theirs, here] = [typeOf(recorded), typeOf(ours)];
  if (theirs !== here) return [`${pointer}: ${theirs} recorded, ${here} here`];
  if (Array.isArray(recorded) && Array.isArray(ours)) {
    return recorded.length === 0 || ours.length === 0
      ? []
      : describeMissing(recorded[0], ours[0], `${pointer}/*`);
  }
  if (theirs !== "object") return [];
  const values = ours as Readonly<Record<string, unknown>>;
  return Object.entries(recorded as object).flatMap(([key, value]) =>
    Object.hasOwn(values, key)
      ? describeMissing(value, values[key], `${pointer}/${key}`)
      : [`${pointer}/${key}: missing`],
  );
}

function typeOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}
