import { existsSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { parseHttpUrl } from "../../model/http-url.ts";
import { type ImportSource, refusedSource } from "./import-source.ts";
import { openLocalSource } from "./local-source.ts";
import { openRemoteSource, type RemoteOptions, shownUrl } from "./remote-source.ts";

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
  if (/^https?:\/\//i.test(text)) return { kind: "url", url: parseRemoteUrl(text) };
  const isElsewhere = URL_SCHEME.test(text) || (SCP_LIKE.test(text) && !existsSync(text));
  if (isElsewhere)
    throw refusedSource(
      withoutUserInfo(text),
      "only folders and URLs of https://, http:// and file:// are taken (clone it, and import the clone)",
    );
  return { kind: "folder", path: text };
}

function parseRemoteUrl(text: string): URL {
  const url = parseHttpUrl(text);
  if (url === undefined) throw refusedSource(withoutUserInfo(text), "it is not a URL");
  const shown = shownUrl(url);
  if (url.username !== "" || url.password !== "")
    throw refusedSource(
      shown,
      "credentials in a URL are seen by all who list processes: give user and password by --credentials-stdin or PAIL_IMPORT_CREDENTIALS",
    );
  if (/[?#]/.test(url.href)) throw refusedSource(shown, "a repository's URL has no ? and no #");
  return url;
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

/** Of a text that need not be a URL: all that stands before the last "@" of what may name a host. */
function withoutUserInfo(text: string): string {
  return text.split(/[?#]/, 1)[0]!.replace(/^(?<scheme>[a-z][a-z0-9+.-]*:\/\/)?[^/]*@/i, "$<scheme>");
}

export function openImportSource(location: SourceLocation, options: RemoteOptions): Promise<ImportSource> {
  return location.kind === "folder"
    ? openLocalSource(location.path)
    : openRemoteSource(location.url, options);
}

/** What the repository is called there, without ".git". */
export function nameOfSource(location: SourceLocation): string {
  const path = location.kind === "folder" ? resolve(location.path) : location.url.pathname.replace(/\/$/, "");
  const name = basename(basename(path) === ".git" ? dirname(path) : path).replace(/\.git$/, "");
  return location.kind === "folder" ? name : decodePercent(name);
}

function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
