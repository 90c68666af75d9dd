import type { RepositoryImport } from "../../model/repository-import.ts";
import { importTexts } from "../catalogue/imports.ts";
import { type Html, html } from "../html.ts";
import type { PageRequest } from "../page.ts";

export type ImportState = "running" | "cancelling" | "done" | "failed" | "cancelled" | "cutOff";

/** An import whose server has not moved its deadline was cut off. */
export function stateOf({ outcome, deadlineAt }: RepositoryImport, now: Date): ImportState {
  switch (outcome.kind) {
    case "running":
      if (deadlineAt <= now) return "cutOff";
      return outcome.isCancelling ? "cancelling" : "running";
    case "failed":
      return outcome.problem === "cut-off" ? "cutOff" : "failed";
    default:
      return outcome.kind;
  }
}

const LOOKS: Record<ImportState, string> = {
  running: "tag warn",
  cancelling: "tag warn",
  done: "tag ok",
  failed: "tag bad",
  cancelled: "tag",
  cutOff: "tag bad",
};

export function importState({ t, now }: Pick<PageRequest, "t" | "now">, one: RepositoryImport): Html {
  const state = stateOf(one, now);
  return html`<span class="${LOOKS[state]}">${t(importTexts.states[state])}</span>`;
}
