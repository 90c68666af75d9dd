import type { OpenSnippet } from "../../model/snippet.ts";
import type { Workspace } from "../../model/workspace.ts";
import { readVersion } from "../../operations/snippets/snippet-files.ts";
import { withRepository } from "../../storage/packs/with-repository.ts";
import { listAllSnippets } from "../../storage/sql/snippets/snippets.ts";
import type { FileEntry } from "../history/commit-schema.ts";
import { type ExportContext, withoutEmpty } from "./export-context.ts";
import { showFile, toText } from "./show-file.ts";

/** Larger ones make the seed unreadable. */
const BYTES_MAX = 1024 * 1024;

/** The snippets of a workspace with the latest version of their files, the oldest first. */
export async function exportSnippets(
  context: ExportContext,
  workspace: Workspace,
): Promise<readonly object[]> {
  const exported = [];
  for (const snippet of await listAllSnippets(context.ports.database.kysely, workspace.uuid)) {
    const leaveOut = (why: string) =>
      context.warn(`left out the snippet ${snippet.id} of ${workspace.slug}: ${why}`);
    const creator = context.nameOf(snippet.creator);
    if (creator === undefined) {
      leaveOut("its creator is no person, or is gone");
      continue;
    }
    const files = await readFiles(context, snippet);
    if (typeof files === "string") {
      leaveOut(files);
      continue;
    }
    const { title, isPrivate } = snippet;
    exported.push({
      ...withoutEmpty({ workspace: workspace.slug, title, creator, is_private: isPrivate }),
      ...(Object.keys(files).length === 0 ? {} : { files }),
    });
  }
  return exported;
}

/** @returns why the seed cannot have them, otherwise. */
async function readFiles(
  { ports }: ExportContext,
  snippet: OpenSnippet,
): Promise<Readonly<Record<string, FileEntry>> | string> {
  const { files } = await readVersion(ports, snippet, undefined, new AbortController().signal);
  return withRepository(ports.packs, snippet.uuid, async ({ gitDir }) => {
    const shown = new Map<string, FileEntry>();
    let bytes = 0;
    for (const { path, mode, id } of files) {
      const name = toText(path);
      const header = await ports.objects.readHeader(gitDir, id);
      bytes += header?.size ?? 0;
      if (bytes > BYTES_MAX) return "it is larger than 1 MiB";
      const object = header && (await ports.objects.readObject(gitDir, id));
      const file = object && showFile(object.content, mode);
      if (name === undefined || file === undefined) return "it has a file that seeds cannot have";
      shown.set(name, file);
    }
    return Object.fromEntries(shown);
  });
}
