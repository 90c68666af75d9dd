import type { BodyOf, TypeBuilder } from "../../../../http/routes/body-schema.ts";
import {
  COMMIT_STATUS_STATES,
  type CommitStatusChanges,
  type CommitStatusState,
  parseCommitStatusState,
} from "../../../../model/commit-status.ts";
import { invalidField } from "../../../../model/failure.ts";
import { REF_NAME_BYTES_MAX } from "../../../../model/ref-name.ts";
import { textLength } from "../../../../model/text-length.ts";
import type { NewCommitStatus } from "../../../../operations/commits/commit-statuses.ts";
import { requireWebUrl } from "../../../web-url.ts";

/** Bitbucket's limit, reported by many of its clients. */
const KEY_LENGTH_MAX = 40;
/** Our choice, as the limits of the name and the description are in no document. */
const NAME_LENGTH_MAX = 255;
const DESCRIPTION_LENGTH_MAX = 65_536;

const nullable = <Schema extends Parameters<TypeBuilder["Union"]>[0][number]>(
  Type: TypeBuilder,
  schema: Schema,
) => Type.Union([schema, Type.Null()]);

/** The body of POST and PUT. What a POST needs is asked for by `parseNewStatus`. */
export const CommitStatusBody = (Type: TypeBuilder) =>
  Type.Object({
    key: Type.Optional(Type.String()),
    state: Type.Optional(Type.String()),
    name: Type.Optional(nullable(Type, Type.String({ maxLength: NAME_LENGTH_MAX }))),
    description: Type.Optional(nullable(Type, Type.String({ maxLength: DESCRIPTION_LENGTH_MAX }))),
    url: Type.Optional(nullable(Type, Type.String())),
    refname: Type.Optional(nullable(Type, Type.String({ maxLength: REF_NAME_BYTES_MAX }))),
  });

/** @throws Failure invalid-input that names the field. */
export function parseNewStatus(body: BodyOf<typeof CommitStatusBody>): NewCommitStatus {
  if (body.state === undefined) throw invalidField("state", "required");
  const changes = parseStatusChanges(body);
  return {
    key: requiredKey(body.key),
    state: requiredState(body.state),
    name: changes.name ?? "",
    description: changes.description ?? "",
    url: changes.url ?? "",
    refname: changes.refname,
  };
}

/** @throws Failure invalid-input that names the field. */
export function parseStatusChanges(body: BodyOf<typeof CommitStatusBody>): CommitStatusChanges {
  return {
    ...(body.state === undefined ? {} : { state: requiredState(body.state) }),
    ...(body.name === undefined ? {} : { name: body.name ?? "" }),
    ...(body.description === undefined ? {} : { description: body.description ?? "" }),
    ...(body.url === undefined ? {} : { url: body.url ? requireWebUrl("url", body.url) : "" }),
    ...(body.refname === undefined ? {} : { refname: body.refname || undefined }),
  };
}

function requiredKey(key: string | undefined): string {
  if (key === undefined || key.trim() === "") throw invalidField("key", "required");
  const length = textLength(key);
  if (length > KEY_LENGTH_MAX) {
    // Bitbucket's own words, in which clients look for the reason.
    throw invalidField(
      "key",
      `Ensure this value has at most ${KEY_LENGTH_MAX} characters (it has ${length}).`,
    );
  }
  return key;
}

function requiredState(text: string): CommitStatusState {
  const state = parseCommitStatusState(text);
  if (state === undefined) throw invalidField("state", `must be one of ${COMMIT_STATUS_STATES.join(", ")}`);
  return state;
}
