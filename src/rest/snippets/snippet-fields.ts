import { invalidField } from "../../model/failure.ts";
import { FILE_PATH_RULE, type FilePath, parseFilePath } from "../../model/file-path.ts";
import { textLength } from "../../model/text-length.ts";

/** Our choice: the same limit as for the name of a repository. */
const TITLE_LENGTH_MAX = 255;

/** @throws Failure invalid-input. */
export function readTitle(text: string): string {
  if (textLength(text) > TITLE_LENGTH_MAX)
    throw invalidField("title", `must not be longer than ${TITLE_LENGTH_MAX} characters`);
  if (/\p{Cc}/u.test(text) || !text.isWellFormed()) throw invalidField("title", "has a control character");
  return text;
}

/** @throws Failure invalid-input. */
export function requireGit(scm: unknown): void {
  if (scm !== "git") throw invalidField("scm", "must be git");
}

/** @throws Failure invalid-input. */
export function getPath(field: string, text: string): FilePath {
  const path = parseFilePath(text);
  if (path === undefined) throw invalidField(field, FILE_PATH_RULE);
  return path;
}
