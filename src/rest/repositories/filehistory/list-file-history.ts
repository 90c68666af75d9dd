import { readFilterAndSort } from "../../../http/routes/collection-query.ts";
import { isFieldRequested } from "../../../http/routes/fields.ts";
import { parsePage } from "../../../http/routes/paging.ts";
import type { RepositoryRoute } from "../../../http/routes/subjects/repository.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { restoreBytes } from "../../../model/byte-text.ts";
import { Failure } from "../../../model/failure.ts";
import { findCommitAccounts } from "../../../operations/commits/commits.ts";
import { listFileVersions } from "../../../operations/source/list-file-versions.ts";
import { findPathAtCommit } from "../../../operations/source/source.ts";
import { boundMessages } from "../../../representations/bounded-texts.ts";
import { representCommit } from "../../../representations/commit.ts";
import { repositoryApiUrl } from "../../../representations/links.ts";
import { prepareMessages } from "../../../representations/markdown/rendered-messages.ts";
import { representFile } from "../../../representations/tree-entry.ts";
import { requirePathsOfPage } from "../../page-paths.ts";

/**
 * The commits that changed a file. Each entry is the file as that commit left it, with the commit in full (our choice:
 * the reference's example shows its date). Pages go forward only, as recorded.
 */
export const listFileHistoryRoute: RepositoryRoute = {
  subject: "repository",
  method: "GET",
  path: "/2.0/repositories/{workspace}/{repo_slug}/filehistory/{commit}/{path}",
  lastParameterSpans: "some",
  apiTokenScopes: ["read:repository:bitbucket"],
  oauthScopes: ["repository"],
  readsFilter: true,
  permission: "read",
  async handle(ports, { repository, baseUrls, params, query, fields, signal, takeSlot }) {
    const { page, pagelen } = parsePage(query, { pagelenDefault: 10, pagelenMax: 100 });
    const filterAndSort = readFilterAndSort(query);
    const at = await findPathAtCommit(ports, repository, params.commit!, params.path ?? "");
    const listed = await listFileVersions(ports, repository, at, {
      page,
      pagelen,
      followsRenames: query.get("renames")?.toLowerCase() !== "false",
      ...filterAndSort,
      signal,
      takeSlot,
    });
    if (listed === undefined) throw new Failure("timed-out", "Cannot list the history: it takes too long");
    const { versions, hasMore } = listed;
    requirePathsOfPage(versions.map(({ path }) => path));
    const commits = boundMessages(versions.map(({ commit }) => commit));
    const accounts = await findCommitAccounts(ports, commits);
    const messages = await prepareMessages(
      commits.map(({ message }) => message),
      { repositoryUuid: repository.uuid },
    );
    const options = {
      withCommitter: isFieldRequested(fields, "values.commit.committer"),
      withParticipants: false,
    };
    const values = versions.map(({ commit, path, file }, index) =>
      representFile(
        // A file that the commit removed has no content: its size is 0 (our choice).
        { path, size: file?.size ?? 0, attributes: file?.attributes ?? [] },
        { repository, baseUrls, commit: commit.id },
        representCommit(commits[index]!, { repository, baseUrls, accounts, messages }, options),
      ),
    );
    // The walk continues from the commit itself, so that a push between two pages neither repeats nor skips commits.
    const next = new URL(
      `${repositoryApiUrl(baseUrls, repository)}/filehistory/${at.commit}/${at.path.split("/").map(encodeURIComponent).join("/")}`,
    );
    for (const [name, value] of query) if (name !== "page") next.searchParams.append(name, value);
    next.searchParams.set("page", String(page + 1));
    return jsonAnswer(200, { pagelen, values, page, ...(hasMore ? { next: restoreBytes(next.href) } : {}) });
  },
};
