import type { IncomingHttpHeaders } from "node:http";
import { bareName, type FormPart, readField } from "../../http/routes/form-parts.ts";
import { TOKEN_PARAMETER, tokenInWrongPlace } from "../../http/routes/token-in-wrong-place.ts";
import { invalidField } from "../../model/failure.ts";
import type { SnippetFields, SnippetPart } from "../../operations/snippets/snippet-request.ts";
import { readMetadata } from "./read-metadata.ts";
import { getPath, readTitle, requireGit } from "./snippet-fields.ts";

/** The parts of a body of any of the types of `SNIPPET_FORM`. */
export async function* readSnippetParts(
  form: AsyncIterable<FormPart>,
  headers: IncomingHttpHeaders,
): AsyncGenerator<SnippetPart> {
  const contentType = headers["content-type"] ?? "";
  if (!/^\s*multipart\/related\b/i.test(contentType)) {
    for await (const part of form) {
      if (part.name === "" && part.contentType === "application/json") yield* readMetadata(part, "whole");
      else yield await readFormPart(part);
    }
    return;
  }
  const start = startOf(contentType);
  let isFirst = true;
  let hasRoot = false;
  for await (const part of form) {
    const isRoot: boolean = start === undefined ? isFirst : part.contentId === start && !hasRoot;
    isFirst = false;
    if (!isRoot) {
      yield relatedFile(part);
      continue;
    }
    hasRoot = true;
    if (part.contentType !== undefined && part.contentType !== "application/json")
      throw invalidField("body", "the part with the metadata must be application/json");
    yield* readMetadata(part, "part");
  }
  if (start !== undefined && !hasRoot) throw invalidField("start", "no part has this Content-ID");
}

/** RFC 2387, section 3.2: the Content-ID of the part with the metadata. Undefined: the first part is it. */
function startOf(contentType: string): string | undefined {
  const { quoted, token } =
    /;\s*start=(?:"(?<quoted>[^"]{1,200})"|(?<token>[^\s;"]{1,200}))/i.exec(contentType)?.groups ?? {};
  return bareName(quoted ?? token);
}

/** The reference: a file name goes before the Content-ID. */
function relatedFile({ filename, contentId, content }: FormPart): SnippetPart {
  const name = filename ?? contentId;
  if (name === undefined || name === "")
    throw invalidField("body", "a file has neither a name nor a Content-ID");
  return { kind: "file", path: getPath(name, name), type: "file", content };
}

/** Flat fields of the same names as in JSON, and files, each called `file`. */
async function readFormPart(part: FormPart): Promise<SnippetPart> {
  const { name, filename, content } = part;
  switch (name) {
    case "file":
      if (filename === undefined || filename === "") throw invalidField("file", "has no file name");
      return { kind: "file", path: getPath("file", filename), type: "file", content };
    case "files":
      return { kind: "mention", path: getPath("files", await readField(part)) };
    case "title":
      return fieldsPart({ title: readTitle(await readField(part)) });
    case "is_private":
      return fieldsPart({ isPrivate: readFlag(await readField(part)) });
    case "scm":
      requireGit(await readField(part));
      return fieldsPart({});
    case TOKEN_PARAMETER:
      throw tokenInWrongPlace("the form");
    default:
      throw invalidField(
        name.slice(0, 100),
        "is no field of a snippet: those are title, is_private, scm, file and files",
      );
  }
}

function fieldsPart(fields: SnippetFields): SnippetPart {
  return { kind: "fields", fields };
}

function readFlag(text: string): boolean {
  const word = text.toLowerCase();
  if (word !== "true" && word !== "false") throw invalidField("is_private", "must be true or false");
  return word === "true";
}
