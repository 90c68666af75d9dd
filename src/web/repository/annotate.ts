import { getEntry } from "../../operations/source/source.ts";
import { html } from "../html.ts";
import { repositoryPlace } from "../layout/place.ts";
import { sourcePath } from "../links.ts";
import { page, type RepositoryPage, redirect } from "../page.ts";
import { describeFile } from "./source/file.ts";
import { findSource } from "./source/find-source.ts";
import { sourceHead, sourceTitle } from "./source/head.ts";
import { listRefNames } from "./source/revision-form.ts";

/** A file with the commit that last changed each line. */
export const annotatePage: RepositoryPage = {
  path: "/{workspace}/{repo_slug}/annotate/{commit}/{path}",
  lastParameterSpans: "some",
  subject: "repository",
  permission: "read",
  async get(ports, request) {
    const { repository } = request;
    const source = await findSource(ports, request, "annotate");
    if ("location" in source) return redirect(source.location);
    const entry = await getEntry(ports, repository, source);
    if (entry.kind === "directory")
      return redirect(sourcePath(repository, "src", source.revision, source.path));
    const names = await listRefNames(ports, repository);
    const file = await describeFile(ports, request, source, entry, "annotate");
    if ("location" in file) return redirect(file.location);
    return page({
      title: sourceTitle(request, source),
      place: repositoryPlace(request, "files"),
      isWide: true,
      main: html`${sourceHead(request, source, names, "annotate")}${file}`,
    });
  },
};
