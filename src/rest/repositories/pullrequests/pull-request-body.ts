import type { BodyOf, TypeBuilder } from "../../../http/routes/body-schema.ts";
import { invalidField } from "../../../model/failure.ts";
import { parseBracedUuid } from "../../../model/uuid.ts";
import type { ReviewerSelector } from "../../../operations/pull-requests/find-reviewers.ts";

/** Our choice: the reference gives no limit. In UTF-16 code units. */
export const TITLE_LENGTH_MAX = 1024;
export const DESCRIPTION_LENGTH_MAX = 65_536;
/** No name of a branch is longer than a name of a ref may be. */
const BRANCH_LENGTH_MAX = 1024;
/** More than the operation takes, so that it can say how many that are. */
const REVIEWERS_MAX = 1000;

const Optional = (Type: TypeBuilder) => ({
  flag: Type.Optional(Type.Union([Type.Boolean(), Type.Null()])),
  description: Type.Optional(Type.Union([Type.String({ maxLength: DESCRIPTION_LENGTH_MAX }), Type.Null()])),
});

const Branch = (Type: TypeBuilder) =>
  Type.Object({ name: Type.String({ minLength: 1, maxLength: BRANCH_LENGTH_MAX }) });

/** Accounts are named by `uuid` or `account_id`; by anything else the list is malformed, which the operation says. */
const Reviewers = (Type: TypeBuilder) =>
  Type.Optional(
    Type.Union([
      Type.Array(
        Type.Object({ uuid: Type.Optional(Type.String()), account_id: Type.Optional(Type.String()) }),
        { maxItems: REVIEWERS_MAX },
      ),
      Type.Null(),
    ]),
  );

const Editable = (Type: TypeBuilder) => ({
  description: Optional(Type).description,
  summary: Type.Optional(Type.Union([Type.Object({ raw: Optional(Type).description }), Type.Null()])),
  close_source_branch: Optional(Type).flag,
  draft: Optional(Type).flag,
  reviewers: Reviewers(Type),
  destination: Type.Optional(
    Type.Union([
      Type.Object({ branch: Type.Optional(Type.Union([Branch(Type), Type.Null()])) }),
      Type.Null(),
    ]),
  ),
});

export const NewPullRequestBody = (Type: TypeBuilder) =>
  Type.Object({
    ...Editable(Type),
    title: Type.String({ maxLength: TITLE_LENGTH_MAX }),
    source: Type.Object({
      branch: Branch(Type),
      repository: Type.Optional(
        Type.Union([
          Type.Object({
            full_name: Type.Optional(Type.String()),
            uuid: Type.Optional(Type.String()),
          }),
          Type.Null(),
        ]),
      ),
    }),
  });

export const PullRequestEditBody = (Type: TypeBuilder) =>
  Type.Object({
    ...Editable(Type),
    title: Type.Optional(Type.String({ maxLength: TITLE_LENGTH_MAX })),
  });

type EditBody = BodyOf<typeof PullRequestEditBody>;

/** What both bodies may have. Undefined: not in the body. */
export function parseEditable(body: EditBody) {
  return {
    title: body.title === undefined ? undefined : requireTitle(body.title),
    description: body.description ?? body.summary?.raw ?? undefined,
    isDraft: body.draft ?? undefined,
    closesSourceBranch: body.close_source_branch ?? undefined,
    reviewers: body.reviewers?.map(parseReviewer),
    destinationBranch: body.destination?.branch?.name,
  };
}

/** @throws Failure invalid-input if there is nothing but white space. */
export function requireTitle(title: string): string {
  if (title.trim() === "") throw invalidField("title", "must not be empty");
  return title;
}

function parseReviewer({
  uuid: text,
  account_id: accountId,
}: NonNullable<EditBody["reviewers"]>[number]): ReviewerSelector {
  const uuid = text === undefined ? undefined : parseBracedUuid(text);
  if (uuid !== undefined) return { uuid };
  return accountId === undefined ? undefined : { accountId };
}
