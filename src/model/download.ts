import type { Account } from "./account.ts";
import type { Uuid } from "./uuid.ts";

/** A file that a repository offers for download, outside its history. */
export type Download = {
  readonly repositoryUuid: Uuid;
  /** One repository has each once. */
  readonly name: string;
  /** Names the file on the disk; another with every upload. */
  readonly fileUuid: Uuid;
  readonly uploader: Account;
  readonly sizeBytes: number;
  /** How often it was fetched. */
  readonly count: number;
  readonly createdAt: Date;
};

/** What opens one download of one repository, by name, without a credential, until it ends. */
export type DownloadLink = {
  readonly repositoryUuid: string;
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly expires: string;
  /** Over all of it, in base64url. */
  readonly signature: string;
};

/** What most file systems allow for a name, so that it can be saved under it. */
const NAME_BYTES_MAX = 255;

/** Reads the name of a download: one part of a path, without control characters. */
export function parseDownloadName(text: string): string | undefined {
  const isName =
    text !== "" &&
    text !== "." &&
    text !== ".." &&
    text.isWellFormed() &&
    Buffer.byteLength(text) <= NAME_BYTES_MAX &&
    !/[/\\\p{Cc}]/u.test(text);
  return isName ? text : undefined;
}
