import { Readable } from "node:stream";
import type { RepositoryRoute } from "../../http/routes/subjects/repository.ts";
import { Failure } from "../../model/failure.ts";
import {
  ARCHIVE_FORMATS,
  type ArchiveFormat,
  archiveName,
  openArchive,
} from "../../operations/source/archive.ts";
import { findPathAtCommit } from "../../operations/source/source.ts";
import type { ConditionalRequest } from "../repositories/src/conditions.ts";
import { attachmentHeaders } from "../repositories/src/file-answer.ts";

const CONTENT_TYPES: Record<ArchiveFormat, string> = {
  "tar.gz": "application/x-gzip",
  "tar.bz2": "application/x-bzip2",
  zip: "application/zip",
};

/** All files of a commit as one archive, at the URL of Bitbucket's pages outside the API, with the same checks. */
export const getArchiveRoute: RepositoryRoute = {
  subject: "repository",
  method: "GET",
  rate: "archives",
  path: "/{workspace}/{repo_slug}/get/{ref}",
  lastParameterSpans: "some",
  apiTokenScopes: ["read:repository:bitbucket"],
  oauthScopes: ["repository"],
  permission: "read",
  async handle(ports, request) {
    const {
      repository,
      params,
      signal,
      takeSlot,
      method,
    }: ConditionalRequest & Pick<typeof request, "repository"> = request;
    const asked = params.ref ?? "";
    const format = ARCHIVE_FORMATS.find((each) => asked.endsWith(`.${each}`));
    if (format === undefined) {
      throw new Failure(
        "not-found",
        `No such archive: its name must end with .${ARCHIVE_FORMATS.join(", .")}`,
      );
    }
    const { commit } = await findPathAtCommit(ports, repository, asked.slice(0, -format.length - 1), "");
    const filename = `${archiveName(repository, commit)}.${format}`;
    const headers = {
      ...attachmentHeaders(CONTENT_TYPES[format], filename),
      "cache-control": "private, no-cache",
    };
    const stream =
      method === "HEAD"
        ? Readable.from([])
        : await openArchive(ports, repository, commit, { format, signal, takeSlot });
    return { status: 200, headers, body: { kind: "stream", stream } };
  },
};
