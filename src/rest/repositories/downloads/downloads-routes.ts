import type { Route } from "../../../http/routes/route.ts";
import { deleteDownloadRoute } from "./delete-download.ts";
import { getDownloadRoute } from "./get-download.ts";
import { listDownloadsRoute } from "./list-downloads.ts";
import { uploadDownloadsRoute } from "./upload-downloads.ts";

export const DOWNLOADS_ROUTES: readonly Route[] = [
  listDownloadsRoute,
  uploadDownloadsRoute,
  getDownloadRoute,
  deleteDownloadRoute,
];
