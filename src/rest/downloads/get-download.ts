import type { RepositoryRoute } from "../../http/route.ts";
import { fetchDownload } from "../../operations/downloads.ts";

/**
 * Answers the bytes. The reference redirects (302) to a store of its own that needs no credential; here is none, and
 * clients that follow redirects get the same bytes in one step.
 */
export const getDownloadRoute: RepositoryRoute = {
  subject: "repository",
  method: "GET",
  path: "/2.0/repositories/{workspace}/{repo_slug}/downloads/{filename}",
  scopes: ["read:repository:bitbucket"],
  oauthScopes: ["repository"],
  permission: "read",
  async handle(ports, { repository, params }) {
    const { download, content } = await fetchDownload(ports, repository, params.filename!);
    return {
      status: 200,
      headers: {
        // Whatever was uploaded is saved and never shown, so that no page of somebody's runs on this host.
        "content-type": "application/octet-stream",
        "content-disposition": `attachment; filename*=UTF-8''${encodeRfc5987(download.name)}`,
        "content-length": String(download.sizeBytes),
      },
      body: { kind: "stream", stream: content },
    };
  },
};

/** RFC 5987, section 3.2.1: of what `encodeURIComponent` leaves as it is, `'()*` is not allowed. */
function encodeRfc5987(text: string): string {
  return encodeURIComponent(text).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
