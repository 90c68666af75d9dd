import { fetchDownload } from "../../../operations/downloads/downloads.ts";
import { encodeRfc5987 } from "../../../own-routes/download-link.ts";
import { file, type RepositoryPage } from "../../page.ts";

/** One file, as bytes that no browser shows or runs. */
export const downloadPage: RepositoryPage = {
  path: "/{workspace}/{repo_slug}/downloads/{filename}",
  subject: "repository",
  permission: "read",
  async get(ports, { repository, params }) {
    const { download, content } = await fetchDownload(ports, repository, params.filename ?? "");
    return file(content, {
      "content-type": "application/octet-stream",
      "content-length": String(download.sizeBytes),
      "content-disposition": `attachment; filename*=UTF-8''${encodeRfc5987(download.name)}`,
      "cache-control": "private, no-store",
    });
  },
};
