import { type FormPart, readField } from "../../../http/routes/form-parts.ts";
import { hasRawBytes } from "../../../model/byte-text.ts";
import { invalidField } from "../../../model/failure.ts";
import { FILE_PATH_RULE, type FilePath, parseFilePath } from "../../../model/file-path.ts";
import {
  COMMIT_DETAILS,
  type CommitDetail,
  type CommitPart,
} from "../../../operations/source/commit-request.ts";

/** The reference's "meta data", in the query and in the form. Every other name is a file. */
export async function* readCommitParts(
  query: URLSearchParams,
  form: AsyncIterable<FormPart>,
): AsyncGenerator<CommitPart> {
  for (const [name, text] of query) {
    if (!isMeta(name)) continue;
    // Text in a form that is not UTF-8 is refused too, since it could not be stored as it was sent.
    if (hasRawBytes(text)) throw invalidField(name, "is not UTF-8");
    yield metaPart(name, text);
  }
  for await (const part of form) {
    // A file called "message" has a file name, or a slash in front.
    if (part.filename === undefined && isMeta(part.name)) yield metaPart(part.name, await readField(part));
    else yield filePart(part);
  }
}

type Meta = CommitDetail | "files";

function isMeta(name: string): name is Meta {
  return name === "files" || COMMIT_DETAILS.some((detail) => detail === name);
}

function metaPart(name: Meta, text: string): CommitPart {
  if (name !== "files") return { kind: "detail", detail: name, text };
  return { kind: "mention", path: getPath("files", text) };
}

function filePart({ name, attributes, content }: FormPart): CommitPart {
  return { kind: "file", path: getPath(name, name), type: fileType(name, attributes), content };
}

function getPath(field: string, text: string): FilePath {
  const path = parseFilePath(text);
  if (path === undefined) throw invalidField(field, FILE_PATH_RULE);
  return path;
}

/** Without attributes it is a regular file, whatever was there before. */
function fileType(name: string, attributes: string | undefined) {
  switch (attributes) {
    case undefined:
    case "":
      return "file";
    case "executable":
    case "link":
      return attributes;
    default:
      throw invalidField(name, "x-attributes must be executable or link");
  }
}
