import type { PathEntry } from "../git/objects/read-tree.ts";
import { bytesToText } from "../model/byte-text.ts";
import type { ObjectId } from "../model/object-id.ts";
import { type Snippet, slugOfTitle } from "../model/snippet.ts";
import { representEmbeddedAccount } from "./embedded-account.ts";
import { representInstant } from "./instant.ts";
import type { BaseUrls } from "./links.ts";
import { encodePath } from "./tree-entry.ts";
import { representOwner } from "./workspace.ts";

type Named = Pick<Snippet, "id" | "workspace">;

function fullIdOf({ id, workspace }: Named): string {
  return `${workspace.slug}/${id}`;
}

export function snippetApiUrl(baseUrls: BaseUrls, snippet: Named): string {
  return `${baseUrls.api}/snippets/${fullIdOf(snippet)}`;
}

export function snippetHtmlUrl(baseUrls: BaseUrls, snippet: Named): string {
  return `${baseUrls.html}/snippets/${fullIdOf(snippet)}`;
}

/** @param path in the text of `bytesToText`. */
export function snippetFileApiUrl(
  baseUrls: BaseUrls,
  snippet: Named,
  commit: ObjectId,
  path: string,
): string {
  return `${snippetApiUrl(baseUrls, snippet)}/${commit}/files/${encodePath(path)}`;
}

/** A `snippet` inside another object: contract, rest-of-api.md §1.2. */
export function representCondensedSnippet(snippet: Snippet, baseUrls: BaseUrls) {
  return {
    type: "snippet",
    id: snippet.id,
    title: snippet.title,
    links: {
      self: { href: snippetApiUrl(baseUrls, snippet) },
      html: { href: snippetHtmlUrl(baseUrls, snippet) },
    },
  };
}

/** A `snippet` of a list, which has no files: contract, rest-of-api.md §1.1. */
export function representListedSnippet(snippet: Snippet, baseUrls: BaseUrls) {
  const { links, type, id, title } = representCondensedSnippet(snippet, baseUrls);
  const self = links.self.href;
  return {
    type,
    id,
    title,
    scm: "git",
    is_private: snippet.isPrivate,
    created_on: representInstant(snippet.createdAt),
    updated_on: representInstant(snippet.updatedAt),
    owner: representOwner(snippet.workspace, baseUrls),
    creator: snippet.creator === undefined ? null : representEmbeddedAccount(snippet.creator, baseUrls),
    links: {
      ...links,
      comments: { href: `${self}/comments` },
      watchers: { href: `${self}/watchers` },
      commits: { href: `${self}/commits` },
      diff: { href: `${self}/HEAD/diff` },
      patch: { href: `${self}/HEAD/patch` },
      clone: cloneLinks(snippet, baseUrls),
    },
  };
}

function clonePath(snippet: Snippet): string {
  const slug = slugOfTitle(snippet.title);
  return `snippets/${fullIdOf(snippet)}${slug === undefined ? "" : `/${slug}`}.git`;
}

export function snippetCloneUrl(baseUrls: BaseUrls, snippet: Snippet): string {
  return `${baseUrls.html}/${clonePath(snippet)}`;
}

/** The names of protocols are those by which clients look for them. */
function cloneLinks(snippet: Snippet, baseUrls: BaseUrls) {
  const path = clonePath(snippet);
  return [
    { name: "https", href: snippetCloneUrl(baseUrls, snippet) },
    { name: "ssh", href: `git@${new URL(baseUrls.html).hostname}:${path}` },
  ];
}

export type SnippetFiles = { readonly commit: ObjectId | undefined; readonly files: readonly PathEntry[] };

/** A `snippet` with the files of one version. */
export function representSnippet(snippet: Snippet, { commit, files }: SnippetFiles, baseUrls: BaseUrls) {
  const html = snippetHtmlUrl(baseUrls, snippet);
  const entries = files.map(({ path }) => {
    const text = path.toString();
    const links = {
      self: { href: snippetFileApiUrl(baseUrls, snippet, commit!, bytesToText(path)) },
      html: { href: `${html}#file-${encodeURIComponent(text)}` },
    };
    return [text, { links }] as const;
  });
  return { ...representListedSnippet(snippet, baseUrls), files: Object.fromEntries(entries) };
}
