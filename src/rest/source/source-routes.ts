import type { Route } from "../../http/routes/route.ts";
import { createCommitRoute } from "./create-commit.ts";
import { getArchiveRoute } from "./get-archive.ts";
import { getRawFileRoute } from "./get-raw-file.ts";
import { getRootRoute } from "./get-root.ts";
import { getSourceRoute } from "./get-source.ts";
import { listFileHistoryRoute } from "./list-file-history.ts";

/** Files, folders and archives of commits. The last two are outside the API, where Bitbucket's pages are. */
export const SOURCE_ROUTES: readonly Route[] = [
  getRootRoute,
  createCommitRoute,
  getSourceRoute,
  listFileHistoryRoute,
  getRawFileRoute,
  getArchiveRoute,
];
