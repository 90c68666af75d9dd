import { getEntry } from "../../operations/source/source.ts";
import { html } from "../html.ts";
import { repositoryPlace } from "../layout/place.ts";
import { page, type RepositoryPage, redirect } from "../page.ts";
import { describeFile } from "./source/file.ts";
import { findSource } from "./source/find-source.ts";
import { describeFolder } from "./source/folder.ts";
import { sourceHead, sourceTitle } from "./source/head.ts";
import { describeReadme, findReadme } from "./source/readme.ts";
import { listRefNames } from "./source/revision-form.ts";

/** A file or folder of a revision. */
export const srcPage: RepositoryPage = {
  path: "/{workspace}/{repo_slug}/src/{commit}/{path}",
  lastParameterSpans: "maybe-none",
  subject: "repository",
  permission: "read",
  async get(ports, request) {
    const source = await findSource(ports, request, "src");
    if ("location" in source) return redirect(source.location);
    const entry = await getEntry(ports, request.repository, source);
    const names = await listRefNames(ports, request.repository);
    const frame = { title: sourceTitle(request, source), place: repositoryPlace(request, "files") };
    const head = sourceHead(request, source, names);
    if (entry.kind === "directory") {
      const { table, entries } = await describeFolder(ports, request, source, entry);
      const readme = findReadme(entries);
      const below = readme && (await describeReadme(ports, request, source, readme));
      return page({ ...frame, main: html`${head}${table}${below}` });
    }
    const file = await describeFile(ports, request, source, entry, "src");
    if ("location" in file) return redirect(file.location);
    return page({ ...frame, isWide: true, main: html`${head}${file}` });
  },
};
