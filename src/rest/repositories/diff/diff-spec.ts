/** A revision, with its repository if the spec names one. */
export type NamedRevision = {
  /** Slugs or UUIDs in braces, as in a path. */
  readonly repository: { readonly workspace: string; readonly repo_slug: string } | undefined;
  readonly revision: string;
};

export type DiffSpec = {
  readonly source: NamedRevision;
  /** Undefined where the spec is one commit. */
  readonly destination: NamedRevision | undefined;
};

/**
 * Reads one commit, or two with `..` between them. The first is the one with the changes, the opposite of `git diff`. The
 * links of pull requests have a carriage return in place of the dots, and the repository of the first: contract, rest.md §2.13.
 *
 * No branch or tag has `..` or `:` or a control character in its name (git-check-ref-format(1)), so the first of them
 * is always the one that parts; single dots and slashes stay with the name. Three dots are refused: which of the two kinds of diff
 * is meant is said by `topic`.
 */
export function parseDiffSpec(text: string): DiffSpec | undefined {
  const parts = text.split(/\.\.|\r/);
  const [source, destination] = parts.map(parseNamedRevision);
  if (parts.length > 2 || source === undefined) return undefined;
  if (parts.length === 1) return { source, destination: undefined };
  return destination === undefined || destination.revision.startsWith(".")
    ? undefined
    : { source, destination };
}

function parseNamedRevision(text: string): NamedRevision | undefined {
  const [, workspace, slug, revision] = /^([^/:\\]+)\/([^/:\\]+):(.*)$/s.exec(text) ?? [];
  const named =
    revision === undefined
      ? { repository: undefined, revision: text }
      : { repository: { workspace: workspace!, repo_slug: slug! }, revision };
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  return named.revision === "" || /[\x00-\x1f\x7f]/.test(text) ? undefined : named;
}
