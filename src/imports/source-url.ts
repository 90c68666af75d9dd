import { basename, dirname } from "node:path/posix";
import { parseHttpUrl } from "../model/http-url.ts";
import { refusedSource } from "./import-source.ts";

/** Why a text is not the URL of a source. */
export type SourceUrlProblem = "malformed" | "has-credentials" | "has-query";

/** The URL of a repository, of http or https. Credentials in it are refused, since it is shown and stored. */
export function readSourceUrl(text: string): URL | SourceUrlProblem {
  const url = parseHttpUrl(text);
  if (url === undefined) return "malformed";
  if (url.username !== "" || url.password !== "") return "has-credentials";
  return /[?#]/.test(url.href) ? "has-query" : url;
}

/** @throws Failure invalid-input if it is not a URL that is taken. Nothing that may be secret in it is shown. */
export function parseSourceUrl(text: string): URL {
  const url = readSourceUrl(text);
  switch (url) {
    case "malformed":
      throw refusedSource(withoutUserInfo(text), "it is not a URL");
    case "has-credentials":
      throw refusedSource(
        shownUrl(new URL(text)),
        "credentials in a URL are seen by all who list processes: give user and password by --credentials-stdin or PAIL_IMPORT_CREDENTIALS",
      );
    case "has-query":
      throw refusedSource(shownUrl(new URL(text)), "a repository's URL has no ? and no #");
  }
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
