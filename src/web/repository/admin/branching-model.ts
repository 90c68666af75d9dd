import {
  type BranchingModel,
  type ModelBranch,
  PREFIXED_TYPES,
  type PrefixedType,
} from "../../../model/branching-model.ts";
import { parseBranchName } from "../../../model/ref-name.ts";
import { fullName } from "../../../model/repository.ts";
import {
  changeRepositoryModel,
  getActiveModel,
  getModelSettings,
} from "../../../operations/branch-rules/branching-models.ts";
import type { Ports } from "../../../ports.ts";
import { branchRuleTexts } from "../../catalogue/branch-rules.ts";
import { createTexts } from "../../catalogue/create.ts";
import { formText, isTicked } from "../../forms/form-text.ts";
import { problemsOf } from "../../forms/problems-of.ts";
import { html } from "../../html.ts";
import { checkbox, errorSummary, input, type Problem } from "../../layout/form.ts";
import { repositoryPlace } from "../../layout/place.ts";
import { repositorySettings } from "../../layout/repository-settings.ts";
import { repositoryPath } from "../../links.ts";
import {
  type PageAnswer,
  page,
  type RepositoryPage,
  type RepositoryPageRequest,
  redirect,
} from "../../page.ts";
import { flash } from "../../pipeline/flash.ts";

const texts = branchRuleTexts.model;

type Values = {
  readonly development: string;
  readonly production: string;
  readonly hasProduction: boolean;
  readonly prefixes: Readonly<Record<PrefixedType, string>>;
  readonly deletes: boolean;
};

/** What branches of a repository are called, and what for. */
export const branchingModelPage: RepositoryPage = {
  path: "/{workspace}/{repo_slug}/admin/branching-model",
  subject: "repository",
  permission: "admin",
  async get(ports, request) {
    const { model } = await getModelSettings(ports, request.repository);
    return describe(ports, request, valuesOf(model));
  },
  async post(ports, request) {
    const { form, t, repository, by } = request;
    const prefixes = Object.fromEntries(
      PREFIXED_TYPES.map((type) => [type, formText(form, `prefix-${type}`, 1_000)]),
    ) as Values["prefixes"];
    const values: Values = {
      development: formText(form, "development", 1_000),
      production: formText(form, "production", 1_000),
      hasProduction: isTicked(form, "has-production"),
      prefixes,
      deletes: isTicked(form, "deletes"),
    };
    const problems = (["development", "production"] as const).flatMap((field): Problem[] =>
      values[field] === "" || parseBranchName(values[field]) !== undefined
        ? []
        : [{ field, message: t(createTexts.notABranchName) }],
    );
    if (problems.length > 0) return describe(ports, request, values, problems);
    try {
      const namesDevelopment = values.development !== "";
      await changeRepositoryModel(by, repository, (before) => modelOf(values, before), { namesDevelopment });
    } catch (error) {
      const found = problemsOf(
        error,
        {
          "development.name": "development",
          "production.name": "production",
          branch_types: "prefix-feature",
        },
        "development",
      );
      const isBranch = ({ field }: Problem) => field === "development" || field === "production";
      return describe(
        ports,
        request,
        values,
        found.map((each) => (isBranch(each) ? { ...each, message: t(texts.noSuchBranch) } : each)),
      );
    }
    return redirect(repositoryPath(repository, "admin", "branching-model"), flash(texts.saved));
  },
};

function valuesOf({ development, production, types, deletesMergedBranches }: BranchingModel): Values {
  const nameOf = (branch: ModelBranch) => (branch.kind === "named" ? branch.name : "");
  const prefixes = Object.fromEntries(
    PREFIXED_TYPES.map((type) => [type, types[type].isEnabled ? types[type].prefix : ""]),
  ) as Values["prefixes"];
  return {
    development: nameOf(development),
    production: nameOf(production),
    hasProduction: production.isEnabled,
    prefixes,
    deletes: deletesMergedBranches,
  };
}

/** A type without a beginning is off, and keeps the one that it had. */
function modelOf(values: Values, before: BranchingModel): BranchingModel {
  const branch = (text: string): ModelBranch => {
    const name = parseBranchName(text);
    return name === undefined ? { kind: "main-branch" } : { kind: "named", name };
  };
  const types = Object.fromEntries(
    PREFIXED_TYPES.map((type) => {
      const prefix = values.prefixes[type];
      return [type, { isEnabled: prefix !== "", prefix: prefix === "" ? before.types[type].prefix : prefix }];
    }),
  ) as BranchingModel["types"];
  return {
    development: branch(values.development),
    production: { ...branch(values.production), isEnabled: values.hasProduction },
    types,
    deletesMergedBranches: values.deletes,
  };
}

async function describe(
  ports: Pick<Ports, "database">,
  request: RepositoryPageRequest,
  values: Values,
  problems: readonly Problem[] = [],
): Promise<PageAnswer> {
  const { t, csrf, repository } = request;
  const { isInherited } = await getActiveModel(ports, repository);
  const line = (name: "development" | "production") =>
    input(t, {
      name,
      label: t(texts[name]),
      hint: t(texts.emptyIsMain),
      problems,
      value: values[name],
      autocomplete: "off",
      isOptional: true,
    });
  return page({
    title: html`${t(texts.title)} · ${fullName(repository)}`,
    place: repositoryPlace(request, "settings"),
    hasProblems: problems.length > 0,
    ...(problems.length > 0 ? { status: 422 } : {}),
    main: repositorySettings(
      request,
      html`<h1>${t(texts.title)}</h1>${errorSummary(t, problems)}<p class="lead">${t(texts.lead)}</p>
<div class="flow">${isInherited && html`<p class="note">${t(texts.inherited)}</p>`}<form method="post" autocomplete="off">${csrf}
${line("development")}<div class="field">${checkbox({ name: "has-production", label: t(texts.hasProduction) }, values.hasProduction)}</div>${line("production")}
<h2 class="after">${t(texts.prefixes)}</h2>${PREFIXED_TYPES.map((type) =>
        input(t, {
          name: `prefix-${type}`,
          label: html`<code>${type}</code>`,
          hint: t(texts.prefixHint),
          problems,
          value: values.prefixes[type],
          autocomplete: "off",
          isOptional: true,
        }),
      )}
<div class="field">${checkbox({ name: "deletes", label: t(texts.deletes) }, values.deletes)}</div>
<div class="acts"><button class="main">${t(texts.save)}</button></div></form></div>`,
    ),
  });
}
