import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import { noContentAnswer } from "../../../http/server/answer.ts";
import { deleteDownload } from "../../../operations/downloads/downloads.ts";

export const deleteDownloadRoute: RepositoryRoute = {
  subject: "repository",
  method: "DELETE",
  path: "/2.0/repositories/{workspace}/{repo_slug}/downloads/{filename}",
  apiTokenScopes: ["write:repository:bitbucket"],
  oauthScopes: ["repository:write"],
  permission: "write",
  async handle(ports, { by, repository, params }) {
    await deleteDownload(ports, by, repository, params.filename!);
    return noContentAnswer();
  },
};
