import { readSort } from "../../../http/routes/collection-query.ts";
import { invalidField } from "../../../model/failure.ts";
import {
  PIPELINE_SORTS,
  type PipelineStatus,
  type PipelineTrigger,
  type SelectorType,
} from "../../../model/pipeline.ts";
import { parseUuid } from "../../../model/uuid.ts";
import type { PipelineFilter, PipelineListOptions } from "../../../storage/sql/pipelines/pipelines.ts";

const REF_TYPES: Readonly<Record<string, "branch" | "tag">> = {
  BRANCH: "branch",
  TAG: "tag",
  ANNOTATED_TAG: "tag",
};
const SELECTORS: Readonly<Record<string, SelectorType>> = {
  BRANCH: "branches",
  TAG: "tags",
  CUSTOM: "custom",
  PULLREQUESTS: "pull-requests",
  DEFAULT: "default",
};
const TRIGGERS: Readonly<Record<string, PipelineTrigger>> = {
  PUSH: "PUSH",
  MANUAL: "MANUAL",
  SCHEDULED: "SCHEDULE",
  PARENT_STEP: "PARENT_STEP",
};
/** The words that are known and that no pipeline is here, PARSING, are among those that find nothing. */
const STATUSES: Readonly<Record<string, PipelineStatus>> = {
  PENDING: "PENDING",
  PAUSED: "PAUSED",
  HALTED: "HALTED",
  BUILDING: "BUILDING",
  ERROR: "ERROR",
  PASSED: "PASSED",
  FAILED: "FAILED",
  STOPPED: "STOPPED",
  // The reference has no word for those that have expired.
  UNKNOWN: "EXPIRED",
};

/**
 * The conditions of a list of pipelines, all of which must hold: contract, rest-of-api.md §3.5.
 *
 * @returns undefined if one has a word or a form that nothing can have.
 */
export function readPipelineFilter(query: URLSearchParams): PipelineFilter | undefined {
  const statuses = query.getAll("status").flatMap((word) => wordOf(STATUSES, word) ?? []);
  const filter: {
    readonly [Key in keyof Required<PipelineFilter>]: Condition<Required<PipelineFilter>[Key]>;
  } = {
    creatorUuid: condition(query, "creator.uuid", parseUuid),
    refType: condition(query, "target.ref_type", (text) => wordOf(REF_TYPES, text)),
    refName: condition(query, "target.ref_name", (text) => text),
    branch: condition(query, "target.branch", (text) => text),
    commit: condition(query, "target.commit.hash", (text) =>
      /^[0-9a-f]{40}$/i.test(text) ? text.toLowerCase() : undefined,
    ),
    selectorType: condition(query, "target.selector.type", (text) => wordOf(SELECTORS, text)),
    selectorPattern: condition(query, "target.selector.pattern", (text) => text),
    createdAt: condition(query, "created_on", parseInstant),
    trigger: condition(query, "trigger_type", (text) => wordOf(TRIGGERS, text)),
    statuses: query.has("status") ? { value: statuses } : undefined,
  };
  if (Object.values(filter).some((each) => each !== undefined && each.value === undefined)) return undefined;
  return Object.fromEntries(
    Object.entries(filter).map(([key, each]) => [key, each?.value]),
  ) as PipelineFilter;
}

/** Undefined: not asked for. A value of undefined: nothing can meet it. */
type Condition<Value> = { readonly value: Value | undefined } | undefined;

function condition<Value>(
  query: URLSearchParams,
  name: string,
  parse: (text: string) => Value | undefined,
): Condition<Value> {
  const text = query.get(name);
  if (text === null || text === "") return undefined;
  // No text of the database has these.
  if (text.includes("\0") || !text.isWellFormed()) return { value: undefined };
  return { value: parse(text) };
}

function wordOf<Value>(words: Readonly<Record<string, Value>>, text: string): Value | undefined {
  return Object.hasOwn(words, text) ? words[text] : undefined;
}

function parseInstant(text: string): Date | undefined {
  const instant = new Date(text);
  return Number.isNaN(instant.getTime()) ? undefined : instant;
}

/** Oldest first, if not given. @throws Failure invalid-input for a field that the reference does not name. */
export function readPipelineSort(query: URLSearchParams): PipelineListOptions["sort"] {
  const { sort } = readSort(query);
  if (sort === undefined) return { field: "created_on", isDescending: false };
  const field = PIPELINE_SORTS.find((each) => each === sort.field);
  if (field === undefined) throw invalidField(sort.field, `sort must be one of ${PIPELINE_SORTS.join(", ")}`);
  return { field, isDescending: sort.direction === "desc" };
}
