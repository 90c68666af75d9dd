import type { Comment } from "./comment.ts";
import type { Uuid } from "./uuid.ts";

/** It is on the snippet, and on no line of it. */
export type SnippetComment = Comment & { readonly snippetUuid: Uuid };
