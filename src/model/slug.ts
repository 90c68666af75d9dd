/** The short lower-case name of a workspace in URLs. */
export type WorkspaceSlug = string & { readonly __brand: "WorkspaceSlug" };

/** The short lower-case name of a repository in URLs: `repo_slug`. */
export type RepositorySlug = string & { readonly __brand: "RepositorySlug" };

export type ProjectKey = string & { readonly __brand: "ProjectKey" };

/** The short lower-case name of a group of a workspace. */
export type GroupSlug = string & { readonly __brand: "GroupSlug" };

/** The limit that Bitbucket's own pages show for a repository name. */
export const REPOSITORY_SLUG_LENGTH_MAX = 62;

/** First path segments that belong to the server itself, so no workspace may take them. */
const RESERVED_WORKSPACES = new Set(["account", "site", "api", "repo", "workspaces", "metrics", "healthz"]);

/** Reads a workspace slug; upper case is folded, since slugs compare without case. */
export function parseWorkspaceSlug(text: string): WorkspaceSlug | undefined {
  const slug = text.toLowerCase();
  return /^[a-z0-9_][a-z0-9_-]{0,61}$/.test(slug) && !RESERVED_WORKSPACES.has(slug)
    ? (slug as WorkspaceSlug)
    : undefined;
}

/** Reads a repository slug; upper case is folded. `.git` at the end is refused: it is a clone URL's suffix. */
export function parseRepositorySlug(text: string): RepositorySlug | undefined {
  const slug = text.toLowerCase();
  const isSlug =
    slug.length <= REPOSITORY_SLUG_LENGTH_MAX &&
    /^[a-z0-9_.-]+$/.test(slug) &&
    !slug.includes("..") &&
    slug !== "." &&
    !slug.startsWith("-") &&
    !slug.endsWith(".git");
  return isSlug ? (slug as RepositorySlug) : undefined;
}

/** The slug for a repository's name: lower case, and a dash for whatever a slug cannot hold. */
export function slugifyRepositoryName(name: string): RepositorySlug | undefined {
  return parseRepositorySlug(slugify(name, /[^a-z0-9_.]+/g));
}

/** Reads the slug of a group; upper case is folded. */
export function parseGroupSlug(text: string): GroupSlug | undefined {
  const slug = text.toLowerCase();
  return /^[a-z0-9_][a-z0-9_-]{0,254}$/.test(slug) ? (slug as GroupSlug) : undefined;
}

/** "ASCII characters", and so it "can be slightly different than the name" (the reference's definition of a group). */
export function slugifyGroupName(name: string): GroupSlug | undefined {
  return parseGroupSlug(slugify(name, /[^a-z0-9_]+/g));
}

function slugify(name: string, others: RegExp): string {
  return (
    name
      .normalize("NFKD")
      .replace(/\p{M}/gu, "")
      .toLowerCase()
      .replace(others, "-")
      // One at each end: runs have become one already.
      .replace(/^-|-$/g, "")
  );
}

/** Reads a project key: letters, digits and underscores, beginning with a letter; upper case as shown. */
export function parseProjectKey(text: string): ProjectKey | undefined {
  return /^[A-Za-z][A-Za-z0-9_]{0,127}$/.test(text) ? (text.toUpperCase() as ProjectKey) : undefined;
}
