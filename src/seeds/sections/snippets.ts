import { FILE_PATH_RULE, parseFilePath } from "../../model/file-path.ts";
import { createSnippet } from "../../operations/snippets/create-snippet.ts";
import { SNIPPET_FILES_MAX } from "../../operations/snippets/snippet-files.ts";
import type { SnippetPart } from "../../operations/snippets/snippet-request.ts";
import { contentSchema } from "../history/commit-schema.ts";
import { readFileEntry } from "../history/file-content.ts";
import { accountName, CLOSED, ENTRIES_MAX, type Entry, name, type TypeBuilder } from "../schema-parts.ts";
import { seedBytes } from "../seed-bytes.ts";
import type { SeedChecker } from "../seed-checker.ts";
import type { SeedContext } from "../seed-context.ts";
import type { SeedPath } from "../seed-path.ts";
import { HOUR_MS } from "../seed-time.ts";

const snippetSchema = (type: TypeBuilder) =>
  type.Object(
    {
      workspace: name(type, "Its slug"),
      title: type.Optional(type.String({ maxLength: 255, description: "As it is shown" })),
      creator: accountName(type, "Whose it is: its e-mail address or user name"),
      is_private: type.Optional(type.Boolean({ default: true })),
      files: type.Optional(
        type.Record(type.String(), contentSchema(type), {
          description: "What it has in it, by name",
          maxProperties: SNIPPET_FILES_MAX,
        }),
      ),
    },
    CLOSED,
  );

export const snippetsSchema = (type: TypeBuilder) =>
  type.Array(snippetSchema(type), {
    maxItems: ENTRIES_MAX,
    description: "Files that belong to a workspace, outside its repositories",
  });

type SnippetEntry = Entry<typeof snippetSchema>;

export function checkSnippets(checker: SeedChecker, snippets: readonly SnippetEntry[], path: SeedPath): void {
  for (const [index, { workspace, title = "", creator, files = {} }] of snippets.entries()) {
    const at = [...path, index];
    checker.require("workspace", workspace, [...at, "workspace"]);
    checker.require("account", creator, [...at, "creator"]);
    if (/\p{Cc}/u.test(title) || !title.isWellFormed())
      checker.problem([...at, "title"], "has a control character");
    for (const [file, value] of Object.entries(files)) {
      const place = [...at, "files", file];
      if (file.startsWith("/") || parseFilePath(file) === undefined) checker.problem(place, FILE_PATH_RULE);
      readFileEntry(value, place, checker.problem);
    }
  }
}

export async function applySnippets(
  context: SeedContext,
  snippets: readonly SnippetEntry[],
  path: SeedPath,
): Promise<void> {
  const alike = new Map<string, number>();
  for (const [index, entry] of snippets.entries()) {
    const named = `${entry.workspace.toLowerCase()} ${entry.title ?? ""}`;
    // Nothing keeps two snippets from having the same title.
    const number = (alike.get(named) ?? 0) + 1;
    alike.set(named, number);
    const entryName = `snippet ${number} ${named}`;
    // They are listed by the times of their creation.
    const at = new Date(context.time.getTime() + HOUR_MS + index);
    const place = [...path, index];
    await context.attempt(place, async () => {
      const workspace = context.find("workspace", entry.workspace);
      const as = context.find("account", entry.creator);
      await context.make({ path: place, name: entryName, at, as }, (ports, by) =>
        createSnippet({ ...ports, randomBytes: seedBytes(entryName) }, by, workspace, partsOf(entry)),
      );
    });
  }
}

async function* partsOf({
  title,
  is_private: isPrivate,
  files = {},
}: SnippetEntry): AsyncGenerator<SnippetPart> {
  yield {
    kind: "fields",
    fields: {
      ...(title === undefined ? {} : { title }),
      ...(isPrivate === undefined ? {} : { isPrivate }),
    },
  };
  for (const [file, value] of Object.entries(files)) {
    const { mode, bytes } = readFileEntry(value, [], () => {});
    yield { kind: "file", path: parseFilePath(file)!, type: mode, content: pieces(bytes) };
  }
}

async function* pieces(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}
