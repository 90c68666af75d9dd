import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto";
import type { DownloadLink } from "../../model/download.ts";
import { Failure } from "../../model/failure.ts";
import type { Repository } from "../../model/repository.ts";
import { parseUuid, type Uuid } from "../../model/uuid.ts";
import type { Ports } from "../../ports.ts";
import { findDownload } from "../../storage/sql/downloads/downloads.ts";
import { findRepository } from "../../storage/sql/repositories/repositories.ts";
import { fetchDownload, noDownload } from "./downloads.ts";

export type DownloadLinkPorts = Pick<Ports, "downloads" | "database" | "clock" | "keys" | "log">;

/** Our choice: enough time for a slow client to follow a redirect. A download that has begun is sent to its end. */
export const DOWNLOAD_LINK_MS = 2 * 60_000;

/** @throws Failure not-found if the repository has no such download now. */
export async function createDownloadLink(
  { database, keys, clock }: DownloadLinkPorts,
  repository: Repository,
  name: string,
): Promise<DownloadLink> {
  const download = await findDownload(database.kysely, repository.uuid, name);
  if (download === undefined) throw noDownload(name);
  const unsigned = {
    repositoryUuid: repository.uuid,
    name: download.name,
    expires: String(clock().getTime() + DOWNLOAD_LINK_MS),
  };
  return { ...unsigned, signature: (await sign(keys, unsigned)).toString("base64url") };
}

/**
 * Opens the target of a link. @throws Failure not-found if the link is not ours, has expired, or its target was
 * deleted.
 */
export async function openDownloadLink(ports: DownloadLinkPorts, link: DownloadLink) {
  const uuid = await readLink(ports, link);
  const repository = uuid && (await findRepository(ports.database.kysely, undefined, { uuid }));
  if (repository === undefined)
    throw new Failure("not-found", "The link is not valid, or it has ended: ask for the download again");
  return { repository, ...(await fetchDownload(ports, repository, link.name)) };
}

/** @returns the repository of the download, if the link is valid. */
async function readLink({ keys, clock }: DownloadLinkPorts, link: DownloadLink): Promise<Uuid | undefined> {
  const given = Buffer.from(link.signature, "base64url");
  const right = await sign(keys, link);
  if (given.length !== right.length || !timingSafeEqual(given, right)) return undefined;
  const leftMs = Number(link.expires) - clock().getTime();
  // A link made by a clock that was ahead is not valid for longer than others.
  return leftMs > 0 && leftMs <= DOWNLOAD_LINK_MS ? parseUuid(link.repositoryUuid) : undefined;
}

/** Only the last part can contain a line feed, so two different links never have the same text. */
async function sign(
  keys: Ports["keys"],
  { repositoryUuid, expires, name }: Omit<DownloadLink, "signature">,
): Promise<Buffer> {
  const rotation = await keys.get("rotation");
  const key = Buffer.from(hkdfSync("sha256", rotation.reveal(), "", "pail download links", 32));
  return createHmac("sha256", key).update(`${repositoryUuid}\n${expires}\n${name}`).digest();
}
