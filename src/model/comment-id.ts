import { Failure } from "./failure.ts";

/** Ids of comments and tasks, as URLs have them. */
export function parseCommentId(text: string): number | undefined {
  return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined;
}

/** Recorded for comments on pull requests: the message is the id and nothing else. */
export function unknownComment(idText: string): Failure {
  return new Failure("not-found", idText);
}
