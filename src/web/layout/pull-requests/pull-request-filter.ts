import { parsePage } from "../../../http/routes/paging.ts";
import { invalidField } from "../../../model/failure.ts";
import type { Filter, Sort } from "../../../model/filter.ts";
import { type PullRequestState, parsePullRequestId } from "../../../model/pull-request.ts";
import { parseUuid, type Uuid } from "../../../model/uuid.ts";

/** As an address asks for a list of pull requests. Empty values are none, as forms send them. */
export type PullRequestFilter = {
  readonly text: string;
  readonly state: StateChoice;
  /** An account's UUID, or the reader themselves. */
  readonly author: Uuid | "me" | undefined;
  readonly isReviewerMe: boolean;
  readonly into: string;
  readonly sort: SortChoice;
  /** From 1. */
  readonly page: number;
};

export const STATE_CHOICES = ["open", "merged", "declined", "all"] as const;
export type StateChoice = (typeof STATE_CHOICES)[number];

const SORTS = {
  updated: { field: "updated_on", direction: "desc" },
  created: { field: "created_on", direction: "desc" },
  oldest: { field: "created_on", direction: "asc" },
  comments: { field: "comment_count", direction: "desc" },
} as const satisfies Record<string, Sort>;
export type SortChoice = keyof typeof SORTS;
export const SORT_CHOICES = Object.keys(SORTS) as readonly SortChoice[];

const TEXT_LENGTH_MAX = 200;
const BRANCH_LENGTH_MAX = 1024;
export const LISTED_MAX = 25;

/** @throws Failure invalid-input that names the parameter. */
export function parsePullRequestFilter(query: URLSearchParams): PullRequestFilter {
  const author = query.get("author") || undefined;
  const authorUuid = author === undefined || author === "me" ? author : parseUuid(author);
  if (author !== undefined && authorUuid === undefined) throw invalidField("author", "not an account's UUID");
  return {
    text: limited("q", query.get("q")?.trim() ?? "", TEXT_LENGTH_MAX),
    state: choice("state", query.get("state") || "open", STATE_CHOICES),
    author: authorUuid,
    isReviewerMe: choice("reviewer", query.get("reviewer") || "any", ["any", "me"]) === "me",
    into: limited("into", query.get("into") ?? "", BRANCH_LENGTH_MAX),
    sort: choice("sort", query.get("sort") || "updated", SORT_CHOICES),
    page: parsePage(query, { pagelenDefault: LISTED_MAX, pagelenMax: LISTED_MAX }).page,
  };
}

function limited(field: string, text: string, lengthMax: number): string {
  if (text.length > lengthMax || text.includes("\0") || !text.isWellFormed())
    throw invalidField(field, `must be text of at most ${lengthMax} characters`);
  return text;
}

function choice<Choice extends string>(field: string, text: string, choices: readonly Choice[]): Choice {
  const found = choices.find((each) => each === text);
  if (found === undefined) throw invalidField(field, `must be one of ${choices.join(", ")}`);
  return found;
}

/** Whether it narrows what the list has at first. */
export function narrows({ text, state, author, isReviewerMe, into }: PullRequestFilter): boolean {
  return text !== "" || state !== "open" || author !== undefined || isReviewerMe || into !== "";
}

/** Undefined: in any state. */
export function statesOf({ state }: PullRequestFilter): readonly PullRequestState[] | undefined {
  return state === "all" ? undefined : [state.toUpperCase() as PullRequestState];
}

export function sortOf({ sort }: PullRequestFilter): Sort {
  return SORTS[sort];
}

/** @param me undefined: nobody is signed in, and nothing is theirs. */
export function toFilter(
  { text, author, isReviewerMe, into }: PullRequestFilter,
  me: Uuid | undefined,
): Filter | undefined {
  const filters: Filter[] = [];
  if (text !== "") filters.push(textFilter(text));
  if (author !== undefined) filters.push(equal("author.uuid", author === "me" ? (me ?? NOBODY) : author));
  if (isReviewerMe) filters.push(equal("reviewers.uuid", me ?? NOBODY));
  if (into !== "") filters.push(equal("destination.branch.name", into));
  return filters.length > 1 ? { kind: "and", filters } : filters[0];
}

const NOBODY = "00000000-0000-0000-0000-000000000000";

function equal(field: string, text: string): Filter {
  return { kind: "comparison", field, operator: "=", value: { kind: "text", text } };
}

function textFilter(text: string): Filter {
  const value = { kind: "text", text } as const;
  const filters: Filter[] = ["title", "description"].map((field) => ({
    kind: "comparison",
    field,
    operator: "~",
    value,
  }));
  const id = parsePullRequestId(text.replace(/^#/, ""));
  if (id !== undefined)
    filters.push({ kind: "comparison", field: "id", operator: "=", value: { kind: "number", number: id } });
  return { kind: "or", filters };
}

/** The query of an address that asks for the same, but for what is changed. */
export function filterQuery(
  { text, state, author, isReviewerMe, into, sort, page }: PullRequestFilter,
  changes: { readonly page?: number } = {},
): Record<string, string | number | undefined> {
  const shown = changes.page ?? page;
  return {
    q: text,
    state: state === "open" ? undefined : state,
    author,
    reviewer: isReviewerMe ? "me" : undefined,
    into,
    sort: sort === "updated" ? undefined : sort,
    page: shown === 1 ? undefined : shown,
  };
}
