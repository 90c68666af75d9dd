import { Readable } from "node:stream";
import type { FormPart } from "../../http/routes/form-parts.ts";
import { Failure, invalidField } from "../../model/failure.ts";
import type { SnippetFields, SnippetPart } from "../../operations/snippets/snippet-request.ts";
import { getPath, readTitle, requireGit } from "./snippet-fields.ts";

/** Our choice: metadata of a thousand files, and more. */
const METADATA_BYTES_MAX = 1024 * 1024;

/**
 * The metadata of a snippet, as JSON. Beside files, `files` names those to which something happens: a name without a file is
 * deleted. In a body of JSON alone, which has no files, a name with an object stays as it is, so that a snippet can be sent as
 * it was read; `null` deletes it, and `content` is taken as its new text, as some clients send it.
 */
export async function* readMetadata(part: FormPart, place: "whole" | "part"): AsyncGenerator<SnippetPart> {
  const json = parseObject("body", await readText(part));
  yield { kind: "fields", fields: readFields(json) };
  if (json.files === undefined || json.files === null) return;
  for (const [name, value] of Object.entries(requireObject("files", json.files))) {
    const path = getPath(name.slice(0, 100), name);
    if (value !== null) {
      const { content } = requireObject(name, value);
      if (typeof content === "string") {
        if (!content.isWellFormed()) throw invalidField(`${name}.content`, "has half a surrogate pair");
        yield { kind: "file", path, type: "file", content: Readable.from([Buffer.from(content)]) };
        continue;
      }
      if (content !== undefined) throw invalidField(`${name}.content`, "must be text");
      if (place === "whole") continue;
    }
    yield { kind: "mention", path };
  }
}

type JsonObject = Readonly<Record<string, unknown>>;

/** What a snippet has beside these is read, and not written. */
function readFields({ title, is_private: isPrivate, scm }: JsonObject): SnippetFields {
  if (scm !== undefined && scm !== null) requireGit(scm);
  if (title !== undefined && title !== null && typeof title !== "string")
    throw invalidField("title", "must be text or null");
  if (isPrivate !== undefined && typeof isPrivate !== "boolean")
    throw invalidField("is_private", "must be true or false");
  return {
    ...(title === undefined ? {} : { title: readTitle(title ?? "") }),
    ...(isPrivate === undefined ? {} : { isPrivate }),
  };
}

async function readText({ content }: FormPart): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of content) {
    bytes += piece.length;
    if (bytes > METADATA_BYTES_MAX)
      throw new Failure("too-large", `The metadata is larger than the limit of ${METADATA_BYTES_MAX} bytes`);
    pieces.push(piece);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(pieces));
  } catch {
    throw invalidField("body", "is not UTF-8");
  }
}

function parseObject(field: string, text: string): JsonObject {
  if (text.trim() === "") return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalidField(field, "is not JSON");
  }
  return requireObject(field, value);
}

function requireObject(field: string, value: unknown): JsonObject {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw invalidField(field.slice(0, 100), "must be an object");
  return value as JsonObject;
}
