import type { Download } from "../model/download.ts";
import type { Repository } from "../model/repository.ts";
import { representEmbeddedAccount } from "./embedded-account.ts";
import { representInstant } from "./instant.ts";
import { type BaseUrls, repositoryApiUrl } from "./links.ts";

/** A `download`. The reference has no definition and no recording shows one: the keys are our choice. */
export function representDownload(download: Download, repository: Repository, baseUrls: BaseUrls) {
  const self = `${repositoryApiUrl(baseUrls, repository)}/downloads/${encodeURIComponent(download.name)}`;
  return {
    type: "download",
    name: download.name,
    size: download.sizeBytes,
    downloads: download.count,
    created_on: representInstant(download.createdAt),
    user: representEmbeddedAccount(download.uploader, baseUrls),
    links: { self: { href: self } },
  };
}
