import type { Account } from "./account.ts";
import type { Location } from "./bound.ts";
import type { Repository } from "./repository.ts";
import { type RepositorySlug, slugifyRepositoryName, type WorkspaceSlug } from "./slug.ts";
import type { Uuid } from "./uuid.ts";
import type { Project, Workspace } from "./workspace.ts";

/** Of URLs: 4 to 7 letters and digits, in the case that they have. */
export type SnippetId = string & { readonly __brand: "SnippetId" };

export type Snippet = {
  readonly id: SnippetId;
  /** Of the repository that has its files. */
  readonly uuid: Uuid;
  /** The owner. */
  readonly workspace: Workspace;
  /** Empty: it has none. */
  readonly title: string;
  readonly isPrivate: boolean;
  /** Undefined: the account is gone. */
  readonly creator: Account | undefined;
  readonly createdAt: Date;
  /** When its title, its visibility or its files last changed. */
  readonly updatedAt: Date;
};

/** With the repository that has its files. */
export type OpenSnippet = Snippet & { readonly repository: Repository };

export type SnippetPermission = "read" | "write";

/**
 * By what the viewer has to do with them. `owner`: they have created them. `contributor`: created or watched. `member`: of
 * the workspace, or watched.
 */
export const SNIPPET_ROLES = ["owner", "contributor", "member"] as const;
export type SnippetRole = (typeof SNIPPET_ROLES)[number];

export function parseSnippetId(text: string): SnippetId | undefined {
  return /^[A-Za-z0-9]{4,7}$/.test(text) ? (text as SnippetId) : undefined;
}

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const ID_LENGTH = 7;
/** The largest multiple of 62 that a byte can hold, so that no letter is more likely than another. */
const USED_BYTES = 248;

/** A new id of the greatest length: nobody finds a private snippet by trying. */
export function newSnippetId(randomBytes: (length: number) => Buffer): SnippetId {
  let id = "";
  while (id.length < ID_LENGTH) {
    for (const byte of randomBytes(16)) {
      if (byte < USED_BYTES && id.length < ID_LENGTH) id += LETTERS[byte % LETTERS.length];
    }
  }
  return id as SnippetId;
}

export function locationOfSnippet({
  workspace,
  isPrivate,
}: Pick<Snippet, "workspace" | "isPrivate">): Location & {
  readonly isPrivate: boolean;
} {
  return { workspaceUuid: workspace.uuid, isPrivate };
}

/** The title as the last part of a clone URL. It says nothing: the id alone is looked at. */
export function slugOfTitle(title: string): string | undefined {
  return slugifyRepositoryName(title);
}

/**
 * The workspace and the project of all repositories that have the files of snippets. Nobody is a member, both are private,
 * and no URL can name them: so whatever lists or finds repositories by what somebody may see leaves them out.
 */
export const SNIPPET_STORE_UUID = "00000000-0000-4000-8000-000000000070" as Uuid;
const SNIPPET_STORE_SLUG = ".snippets" as WorkspaceSlug;

export function snippetStore(at: Date): { readonly workspace: Workspace; readonly project: Project } {
  const common = {
    uuid: SNIPPET_STORE_UUID,
    name: "Snippets",
    isPrivate: true,
    createdAt: at,
    updatedAt: at,
  };
  return {
    workspace: { ...common, slug: SNIPPET_STORE_SLUG },
    project: {
      ...common,
      workspaceUuid: SNIPPET_STORE_UUID,
      key: "SNIPPETS" as Project["key"],
      description: "",
    },
  };
}

/** As logs and messages for the operator name it: `.snippets/acme/kypj`. */
export function snippetStoreSlug(workspace: Workspace, id: SnippetId): RepositorySlug {
  return `${workspace.slug}/${id}` as RepositorySlug;
}

/** Whether a repository has the files of a snippet. */
export function isOfSnippet({ workspace }: { readonly workspace: { readonly uuid: Uuid } }): boolean {
  return workspace.uuid === SNIPPET_STORE_UUID;
}
