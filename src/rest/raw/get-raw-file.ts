import type { RepositoryRoute } from "../../http/routes/subjects/repository.ts";
import { findPathAtCommit, getEntry, noSuchFile } from "../../operations/source/source.ts";
import { fileAnswer } from "../repositories/src/file-answer.ts";

/** The bytes of a file, at the URL of Bitbucket's pages outside the API, with the same checks. */
export const getRawFileRoute: RepositoryRoute = {
  subject: "repository",
  method: "GET",
  rate: "raw",
  path: "/{workspace}/{repo_slug}/raw/{ref}/{path}",
  lastParameterSpans: "some",
  apiTokenScopes: ["read:repository:bitbucket"],
  oauthScopes: ["repository"],
  permission: "read",
  async handle(ports, request) {
    const { repository, params } = request;
    const at = await findPathAtCommit(ports, repository, params.ref!, params.path ?? "");
    const entry = await getEntry(ports, repository, at);
    if (entry.kind === "directory") throw noSuchFile(at.path);
    return fileAnswer(ports, repository, entry, request);
  },
};
