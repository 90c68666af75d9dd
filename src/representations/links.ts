import type { Account } from "../model/account.ts";
import type { DownloadLink } from "../model/download.ts";
import type { ObjectId } from "../model/object-id.ts";
import { fullName, type RepositoryName } from "../model/repository.ts";
import { bracedUuid, type Uuid } from "../model/uuid.ts";

/** The base URLs of the two surfaces for the caller, without a slash at the end. */
export type BaseUrls = {
  /** With the version: `https://api.example.com/2.0`. */
  readonly api: string;
  /** Pages and clone URLs: `https://example.com`. */
  readonly html: string;
};

export function repositoryApiUrl(baseUrls: BaseUrls, repository: RepositoryName): string {
  return `${baseUrls.api}/repositories/${fullName(repository)}`;
}

export function repositoryHtmlUrl(baseUrls: BaseUrls, repository: RepositoryName): string {
  return `${baseUrls.html}/${fullName(repository)}`;
}

export function commitApiUrl(baseUrls: BaseUrls, repository: RepositoryName, id: ObjectId): string {
  return `${repositoryApiUrl(baseUrls, repository)}/commit/${id}`;
}

export function commitHtmlUrl(baseUrls: BaseUrls, repository: RepositoryName, id: ObjectId): string {
  return `${repositoryHtmlUrl(baseUrls, repository)}/commits/${id}`;
}

/** An account's UUID in braces, percent-encoded as in every recorded link. */
function accountSegment(account: Pick<Account, "uuid">): string {
  return encodeURIComponent(bracedUuid(account.uuid));
}

export function accountApiUrl(baseUrls: BaseUrls, account: Pick<Account, "uuid">): string {
  return `${baseUrls.api}/users/${accountSegment(account)}`;
}

export function accountHtmlUrl(baseUrls: BaseUrls, account: Pick<Account, "uuid">): string {
  return `${baseUrls.html}/${accountSegment(account)}/`;
}

export function accountAvatarUrl(baseUrls: BaseUrls, account: Pick<Account, "uuid">): string {
  return `${baseUrls.html}/account/${accountSegment(account)}/avatar/`;
}

/** Of a link that opens one download, below the server's own URL. The name is last, so that clients save the file under it. */
export function downloadLinkUrl(
  { html }: BaseUrls,
  { repositoryUuid, expires, signature, name }: DownloadLink,
): string {
  return `${html}${DOWNLOAD_LINK_PATH}/${repositoryUuid}/${expires}/${signature}/${encodeURIComponent(name)}`;
}

/** Of one of Pail's own routes, which are beside the API's, not below its version. */
export function tokenApiUrl({ api }: BaseUrls, { uuid }: { readonly uuid: Uuid }): string {
  return `${api.replace(/\/2\.0$/, "")}/-/tokens/${uuid}`;
}

/** No workspace can be called `-`, so the path is nobody's. */
export const DOWNLOAD_LINK_PATH = "/-/downloads";
