import type { FormParts } from "../../http/routes/form-parts.ts";
import { SNIPPET_FILES_MAX } from "../../operations/snippets/snippet-files.ts";

/** Our choice: a snippet is no place for large files, a repository is. */
const BYTES_MAX = 100 * 1024 * 1024;

/** The bodies of POST and PUT: files with metadata in either kind of multipart, or metadata alone. */
export const SNIPPET_FORM: FormParts = {
  types: [
    "multipart/form-data",
    "multipart/related",
    "application/json",
    "application/x-www-form-urlencoded",
  ],
  otherType: "format-unsupported",
  takesBase64: true,
  bytesMax: BYTES_MAX,
  partsMax: SNIPPET_FILES_MAX + 10,
};
