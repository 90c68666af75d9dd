import { basename, dirname } from "node:path/posix";
import { parseHttpUrl } from "../model/http-url.ts";
import { refusedSource } from "./import-source.ts";

/** @throws Failure invalid-input if it is not a URL that is taken. Nothing that may be secret in it is shown. */
export function parseSourceUrl(text: string): URL {
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

/** Without what may be secret in it. */
export function shownUrl(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname}`;
}

/** Of a text that need not be a URL: all that stands before the last "@" of what may name a host. */
export function withoutUserInfo(text: string): string {
  return text.split(/[?#]/, 1)[0]!.replace(/^(?<scheme>[a-z][a-z0-9+.-]*:\/\/)?[^/]*@/i, "$<scheme>");
}

/** What the repository is called there, without ".git". */
export function nameOfUrl(url: URL): string {
  const path = url.pathname.replace(/\/$/, "");
  return decodePercent(basename(basename(path) === ".git" ? dirname(path) : path).replace(/\.git$/, ""));
}

function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
