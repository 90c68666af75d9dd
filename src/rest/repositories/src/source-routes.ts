import type { Route } from "../../../http/routes/route.ts";
import { getArchiveRoute } from "../../get/get-archive.ts";
import { getRawFileRoute } from "../../raw/get-raw-file.ts";
import { listFileHistoryRoute } from "../filehistory/list-file-history.ts";
import { createCommitRoute } from "./create-commit.ts";
import { getRootRoute } from "./get-root.ts";
import { getSourceRoute } from "./get-source.ts";

/** Files, folders and archives of commits. The last two are outside the API, where Bitbucket's pages are. */
export const SOURCE_ROUTES: readonly Route[] = [
  getRootRoute,
  createCommitRoute,
  getSourceRoute,
  listFileHistoryRoute,
  getRawFileRoute,
  getArchiveRoute,
];
