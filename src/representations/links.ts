import type { Account } from "../model/account.ts";
import type { DownloadLink } from "../model/download.ts";
import type { ObjectId } from "../model/object-id.ts";
import { fullName, type RepositoryName } from "../model/repository.ts";
import { bracedUuid } from "../model/uuid.ts";

/** Where the two surfaces are for the one who asks, without a slash at the end. */
export type Bases = {
  /** With the version: `https://api.example.com/2.0`. */
  readonly api: string;
  /** Pages and clone URLs: `https://example.com`. */
  readonly html: string;
};

export function repositoryApiUrl(bases: Bases, repository: RepositoryName): string {
  return `${bases.api}/repositories/${fullName(repository)}`;
}

export function repositoryHtmlUrl(bases: Bases, repository: RepositoryName): string {
  return `${bases.html}/${fullName(repository)}`;
}

export function commitApiUrl(bases: Bases, repository: RepositoryName, id: ObjectId): string {
  return `${repositoryApiUrl(bases, repository)}/commit/${id}`;
}

export function commitHtmlUrl(bases: Bases, repository: RepositoryName, id: ObjectId): string {
  return `${repositoryHtmlUrl(bases, repository)}/commits/${id}`;
}

/** An account's UUID in braces, percent-encoded as in every recorded link. */
function accountSegment(account: Pick<Account, "uuid">): string {
  return encodeURIComponent(bracedUuid(account.uuid));
}

export function accountApiUrl(bases: Bases, account: Pick<Account, "uuid">): string {
  return `${bases.api}/users/${accountSegment(account)}`;
}

export function accountHtmlUrl(bases: Bases, account: Pick<Account, "uuid">): string {
  return `${bases.html}/${accountSegment(account)}/`;
}

export function accountAvatarUrl(bases: Bases, account: Pick<Account, "uuid">): string {
  return `${bases.html}/account/${accountSegment(account)}/avatar/`;
}

/** Of a link that opens one download, below the server's own URL. The name is last, so that clients save the file under it. */
export function downloadLinkUrl(
  { html }: Bases,
  { repositoryUuid, expires, signature, name }: DownloadLink,
): string {
  return `${html}${DOWNLOAD_LINK_PATH}/${repositoryUuid}/${expires}/${signature}/${encodeURIComponent(name)}`;
}

/** No workspace can be called `-`, so the path is nobody's. */
export const DOWNLOAD_LINK_PATH = "/-/downloads";
