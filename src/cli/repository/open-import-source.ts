import { existsSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { type ImportSource, refusedSource } from "../../imports/import-source.ts";
import { openLocalSource } from "../../imports/local-source.ts";
import { openRemoteSource, type RemoteOptions } from "../../imports/remote-source.ts";
import { nameOfUrl, parseSourceUrl, withoutUserInfo } from "../../imports/source-url.ts";

/** Where a source is, as the command line names it. */
export type SourceLocation =
  | { readonly kind: "folder"; readonly path: string }
  | { readonly kind: "url"; readonly url: URL };

/** gitprotocol-common and git-clone(1), "Git URLs": a scheme, the scp-like form, and remote helpers (`ext::…`). */
const URL_SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i;
const SCP_LIKE = /^[^/]+:/;

/** @throws Failure invalid-input if it is a URL that is not taken. Nothing that may be secret in it is shown. */
export function parseSourceLocation(text: string): SourceLocation {
  if (/^file:\/\//i.test(text)) return { kind: "folder", path: pathOfFileUrl(text) };
  if (/^https?:\/\//i.test(text)) return { kind: "url", url: parseSourceUrl(text) };
  const isElsewhere = URL_SCHEME.test(text) || (SCP_LIKE.test(text) && !existsSync(text));
  if (isElsewhere)
    throw refusedSource(
      withoutUserInfo(text),
      "only folders and URLs of https://, http:// and file:// are taken (clone it, and import the clone)",
    );
  return { kind: "folder", path: text };
}

/** As git reads it: percent-encoded, and no host but this one. */
function pathOfFileUrl(text: string): string {
  const encoded = /^file:\/\/(?:localhost)?(?<path>\/.*)$/is.exec(text)?.groups?.path;
  if (encoded === undefined)
    throw refusedSource(
      withoutUserInfo(text),
      "a file:// URL names a folder here, such as file:///srv/git/old.git",
    );
  try {
    return decodeURIComponent(encoded);
  } catch {
    throw refusedSource(text, "its percent-encoding is not that of UTF-8");
  }
}

export function openImportSource(location: SourceLocation, options: RemoteOptions): Promise<ImportSource> {
  return location.kind === "folder"
    ? openLocalSource(location.path)
    : openRemoteSource(location.url, options);
}

/** What the repository is called there, without ".git". */
export function nameOfSource(location: SourceLocation): string {
  if (location.kind === "url") return nameOfUrl(location.url);
  const path = resolve(location.path);
  return basename(basename(path) === ".git" ? dirname(path) : path).replace(/\.git$/, "");
}
