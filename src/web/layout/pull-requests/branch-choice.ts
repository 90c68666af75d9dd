import { BRANCH_PREFIX } from "../../../model/ref-name.ts";
import { fullName, type Repository } from "../../../model/repository.ts";
import type { Ports } from "../../../ports.ts";
import { listRefsFiltered } from "../../../storage/sql/refs/ref-list.ts";
import { newPullRequestTexts as texts } from "../../catalogue/pull-requests.ts";
import { flag, type Html, html } from "../../html.ts";
import type { PageRequest } from "../../page.ts";
import { field, type Problem } from "../form.ts";

/** Branches of one repository that a form offers. */
export type BranchGroup = {
  readonly repository: Repository;
  readonly branches: readonly string[];
  readonly hasMore: boolean;
};

/** More of them are entered by name: nobody looks through such a list. */
const BRANCHES_MAX = 200;

export async function readBranchGroup(
  { database }: Pick<Ports, "database">,
  repository: Repository,
  limit = BRANCHES_MAX,
): Promise<BranchGroup> {
  const refs = await listRefsFiltered(database.kysely, repository.uuid, {
    kinds: ["branch"],
    limit: limit + 1,
  });
  return {
    repository,
    branches: refs.slice(0, limit).map(({ name }) => name.slice(BRANCH_PREFIX.length)),
    hasMore: refs.length > limit,
  };
}

type BranchFieldOptions = {
  readonly name: string;
  readonly label: Html;
  readonly hint?: Html | undefined;
  readonly problems: readonly Problem[];
  readonly value: string;
  readonly groups: readonly BranchGroup[];
  /** The repository whose branches are named without it. */
  readonly home: Repository;
};

/** A list to choose from, or a field with suggestions where there are too many branches. */
export function branchField({ t }: PageRequest, options: BranchFieldOptions): Html {
  const { name, value, groups, home } = options;
  const choiceOf = (repository: Repository, branch: string) =>
    repository.uuid === home.uuid ? branch : `${fullName(repository)}:${branch}`;
  const values = groups.flatMap(({ repository, branches }) =>
    branches.map((branch) => choiceOf(repository, branch)),
  );
  const isListed = !groups.some(({ hasMore }) => hasMore) && (value === "" || values.includes(value));
  if (!isListed)
    return field(
      t,
      { ...options, hint: html`${options.hint} ${t(texts.moreBranches)}` },
      (attributes) =>
        html`<input${attributes} type="text" list="${name}-list" value="${value}" autocomplete="off" spellcheck="false" required><datalist id="${name}-list">${values.map(
          (each) => html`<option value="${each}"></option>`,
        )}</datalist>`,
    );
  const choices = ({ repository, branches }: BranchGroup) =>
    branches.map((branch) => {
      const each = choiceOf(repository, branch);
      return html`<option value="${each}"${flag("selected", each === value)}>${branch}</option>`;
    });
  const listed = groups.map((group) =>
    groups.length === 1
      ? html`${choices(group)}`
      : html`<optgroup label="${t(texts.inRepository, { repository: fullName(group.repository) })}">${choices(group)}</optgroup>`,
  );
  return field(
    t,
    options,
    (attributes) =>
      html`<select${attributes}>${value === "" && html`<option value="">${t(texts.choose)}</option>`}${listed}</select>`,
  );
}
