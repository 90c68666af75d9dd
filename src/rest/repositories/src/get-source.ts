import type { PathEntry } from "../../../git/objects/read-tree.ts";
import { readFilterAndSort } from "../../../http/routes/collection-query.ts";
import { parsePage } from "../../../http/routes/paging.ts";
import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import { type Answer, jsonAnswer } from "../../../http/server/answer.ts";
import { restoreBytes } from "../../../model/byte-text.ts";
import { Failure, invalidField } from "../../../model/failure.ts";
import { renderFile } from "../../../operations/source/render-file.ts";
import {
  type DescribedEntry,
  describeEntry,
  findPathAtCommit,
  getEntry,
  listDirectory,
  type SourcePorts,
} from "../../../operations/source/source.ts";
import { repositoryApiUrl } from "../../../representations/links.ts";
import { representRenderedFile } from "../../../representations/markdown/rendered.ts";
import { type EntryContext, representDirectory, representFile } from "../../../representations/tree-entry.ts";
import { requirePathsOfPage } from "../../page-paths.ts";
import type { ConditionalRequest } from "./conditions.ts";
import { fileAnswer } from "./file-answer.ts";

/**
 * The bytes of a file, or the content of a folder; with `format=meta` their metadata; with `format=rendered` a file of
 * markup as HTML, in the object that has a `raw` element in the reference.
 */
export const getSourceRoute: RepositoryRoute = {
  subject: "repository",
  method: "GET",
  path: "/2.0/repositories/{workspace}/{repo_slug}/src/{commit}/{path}",
  lastParameterSpans: "maybe-none",
  apiTokenScopes: ["read:repository:bitbucket"],
  oauthScopes: ["repository"],
  readsFilter: true,
  permission: "read",
  async handle(ports, request) {
    const { repository, baseUrls, params, query, signal } = request;
    const format = readFormat(query);
    const at = await findPathAtCommit(ports, repository, params.commit!, params.path ?? "");
    const entry = await getEntry(ports, repository, at);
    const context = { repository, baseUrls, commit: at.commit };
    if (format === "meta")
      return jsonAnswer(200, represent(await describeEntry(ports, repository, entry, signal), context));
    if (format === "rendered")
      return jsonAnswer(200, representRenderedFile(await renderFile(ports, repository, entry, signal)));
    return entry.kind === "directory"
      ? listingAnswer(ports, entry, context, request)
      : fileAnswer(ports, repository, entry, request);
  },
};

/** @returns undefined for the bytes of a file, or the content of a folder. */
function readFormat(query: URLSearchParams): "meta" | "rendered" | undefined {
  const format = query.get("format");
  if (format === null || format === "") return undefined;
  if (format === "meta" || format === "rendered") return format;
  throw invalidField("format", "must be meta or rendered");
}

function represent({ entry, size = 0, attributes }: DescribedEntry, context: EntryContext) {
  return entry.kind === "directory"
    ? representDirectory(entry.path, context)
    : representFile({ path: entry.path, size, attributes }, context);
}

async function listingAnswer(
  ports: SourcePorts,
  folder: PathEntry,
  context: EntryContext,
  request: ConditionalRequest,
): Promise<Answer> {
  const { query, params, signal } = request;
  const { page, pagelen } = parsePage(query, { pagelenDefault: 10, pagelenMax: 100 });
  const listing = await listDirectory(ports, context.repository, folder, {
    depthMax: readDepth(query),
    page,
    pagelen,
    ...readFilterAndSort(query),
    signal,
    takeSlot: request.takeSlot,
  });
  if (listing === undefined) {
    throw new Failure("timed-out", "Cannot list the directory: it takes too long, max_depth may be too deep");
  }
  requirePathsOfPage(listing.entries.map(({ entry }) => entry.path));
  // As recorded: links have the commit's id, while the next page keeps the name in the request.
  const base = `${repositoryApiUrl(context.baseUrls, context.repository)}/src`;
  // The bytes are put back at the end, once: what they are written as is a sequence of bytes as well.
  const next = new URL(
    `${base}/${encodeURIComponent(params.commit!)}/${(params.path ?? "").split("/").map(encodeURIComponent).join("/")}`,
  );
  for (const [name, value] of query) if (name !== "page") next.searchParams.append(name, value);
  next.searchParams.set("page", String(page + 1));
  return jsonAnswer(200, {
    pagelen,
    values: listing.entries.map((entry) => represent(entry, context)),
    page,
    ...(listing.hasMore ? { next: restoreBytes(next.href) } : {}),
  });
}

function readDepth(query: URLSearchParams): number {
  const text = query.get("max_depth");
  if (text === null) return 1;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw invalidField("max_depth", "must be a whole number from 1");
  return Number(text);
}
