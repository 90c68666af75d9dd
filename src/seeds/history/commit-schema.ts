import { CLOSED, date, ENTRIES_MAX, type Entry, name, type TypeBuilder, text } from "../schema-parts.ts";

/** A commit id, a branch, or the `id` of a commit of the seed. */
export function revision(type: TypeBuilder, description: string) {
  return type.String({
    description: `${description}: a commit's \`id\` in the seed, a branch, or a commit id`,
    minLength: 1,
    maxLength: 255,
  });
}

/** Its text, or an object for what is no plain text. */
export type FileEntry =
  | string
  | { readonly content?: string; readonly base64?: string; readonly mode?: "file" | "executable" | "link" };

const CONTENT_FIELDS = {
  properties: {
    content: { type: "string", description: "Its text, or where a link leads" },
    base64: { type: "string", description: "Its bytes" },
    mode: { enum: ["file", "executable", "link"], default: "file" },
  },
  additionalProperties: false,
};

/** What a file has in it. */
export const contentSchema = (type: TypeBuilder) =>
  type.Unsafe<FileEntry>({ type: ["string", "object"], description: "Its text", ...CONTENT_FIELDS });

export const commitSchema = (type: TypeBuilder) =>
  type.Object(
    {
      id: type.Optional(name(type, "A name for it, by which others of the seed call it")),
      message: text(type, "A line feed is added if there is none"),
      author: type.Optional(
        text(type, "An account, or `Name <address>`. Without one: the workspace's owner", 512),
      ),
      committer: type.Optional(text(type, "Without one: the author", 512)),
      date: type.Optional(date(type, "Without one: a minute after the commit before it in the list")),
      branch: type.Optional(name(type, "Which moves to it. Without one: the main branch")),
      parents: type.Optional(
        type.Array(revision(type, "A parent"), {
          maxItems: 16,
          description: "Without them: the tip of the branch, or of the main branch for a new one",
        }),
      ),
      merge: type.Optional(
        revision(type, "A second parent, whose changes are taken where the first has none"),
      ),
      files: type.Optional(
        type.Record(
          type.String(),
          type.Unsafe<FileEntry | null>({
            type: ["string", "object", "null"],
            description: "Its text; null deletes it",
            ...CONTENT_FIELDS,
          }),
          { description: "What is different from the first parent, by path" },
        ),
      ),
    },
    CLOSED,
  );

export type CommitEntry = Entry<typeof commitSchema>;

export const commitsSchema = (type: TypeBuilder) =>
  type.Array(commitSchema(type), { maxItems: ENTRIES_MAX, description: "A commit comes after its parents" });

export const branchesSchema = (type: TypeBuilder) =>
  type.Record(type.String(), revision(type, "Where it is"), {
    description: "Branches beside those of the commits, by name",
  });

export const tagSchema = (type: TypeBuilder) =>
  type.Object(
    {
      name: name(type, "Such as v1.0"),
      target: revision(type, "What it names"),
      message: type.Optional(text(type, "Makes it an annotated tag")),
      tagger: type.Optional(
        text(type, "An account, or `Name <address>`. Without one: the workspace's owner", 512),
      ),
      date: type.Optional(date(type, "Without one: that of the commit")),
    },
    CLOSED,
  );

export type TagEntry = Entry<typeof tagSchema>;
