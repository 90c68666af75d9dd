import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import { createDownloadLink } from "../../../operations/downloads/download-links.ts";
import { downloadLinkUrl } from "../../../representations/links.ts";

/**
 * A redirect (302) to a link that opens this one file without a credential, for a short time: as documented, and some clients
 * send no credential to where they are redirected.
 */
export const getDownloadRoute: RepositoryRoute = {
  subject: "repository",
  method: "GET",
  path: "/2.0/repositories/{workspace}/{repo_slug}/downloads/{filename}",
  successStatuses: [302],
  apiTokenScopes: ["read:repository:bitbucket"],
  oauthScopes: ["repository"],
  permission: "read",
  async handle(ports, { repository, params, baseUrls }) {
    const link = await createDownloadLink(ports, repository, params.filename!);
    const headers = { location: downloadLinkUrl(baseUrls, link), "cache-control": "private, no-store" };
    return { status: 302, headers, body: { kind: "empty" } };
  },
};
