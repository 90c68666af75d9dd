import { AUDIT_ACTIONS } from "../../../../model/audit.ts";
import type { WorkspaceAuditQuery } from "../../../../storage/sql/audit/workspace-audit.ts";
import { formText } from "../../../forms/form-text.ts";

const TEXT_LENGTH_MAX = 200;
const DAY_MS = 86_400_000;

/** Families of actions, `token.`, and each action. */
export const ACTION_CHOICES: readonly string[] = [
  ...new Set(AUDIT_ACTIONS.flatMap((action) => [`${action.split(".", 1)[0]}.`, action])),
];

/** What the filter of the audit log asks for, as it stands in the address. Undefined: a date is none. */
export function readAuditFilter(
  query: URLSearchParams,
): Omit<WorkspaceAuditQuery, "workspaceUuid" | "limit" | "before"> | undefined {
  const [from, to] = [readDay(query.get("from")), readDay(query.get("to"))];
  if (from === "wrong" || to === "wrong") return undefined;
  const text = (name: string) => formText(query, name, TEXT_LENGTH_MAX) || undefined;
  return {
    since: from,
    // The last day is a part of it.
    until: to && new Date(to.getTime() + DAY_MS),
    who: text("who"),
    action: ACTION_CHOICES.find((action) => action === query.get("action")),
    on: text("on"),
  };
}

function readDay(text: string | null): Date | undefined | "wrong" {
  if (text === null || text.trim() === "") return undefined;
  const day = new Date(`${text.trim()}T00:00:00Z`);
  return /^\d{4}-\d{2}-\d{2}$/.test(text.trim()) && !Number.isNaN(day.getTime()) ? day : "wrong";
}
