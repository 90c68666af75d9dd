import { Failure } from "../../model/failure.ts";
import { parseWorkspaceSlug } from "../../model/slug.ts";
import { createOwnWorkspace } from "../../operations/workspaces/workspaces.ts";
import { createTexts } from "../catalogue/create.ts";
import { formText, isTicked } from "../forms/form-text.ts";
import { problemsOf } from "../forms/problems-of.ts";
import { type Html, html } from "../html.ts";
import { empty } from "../layout/empty.ts";
import { checkbox, errorSummary, input, type Problem } from "../layout/form.ts";
import { workspacePath } from "../links.ts";
import { type AccountPage, type AccountPageRequest, type PageAnswer, page, redirect } from "../page.ts";
import { flash } from "../pipeline/flash.ts";

const texts = createTexts.workspace;
const NAME_LENGTH_MAX = 255;

type Values = { readonly slug: string; readonly name: string; readonly isPrivate: boolean };

/** Creates a workspace, where the operator lets everybody do it. */
export const newWorkspacePage: AccountPage = {
  path: "/-/new/workspace",
  subject: "account",
  async get({ config }, request) {
    const { t } = request;
    if (config.mayCreateWorkspaces) return describe(request, { slug: "", name: "", isPrivate: true });
    const main = html`<h1>${t(texts.title)}</h1>${empty(t(texts.notHere.title), t(texts.notHere.text))}`;
    return page({ title: t(texts.title), main });
  },
  async post(ports, request) {
    const { form, by, t } = request;
    const slug = formText(form, "slug");
    const values = { slug, name: formText(form, "name"), isPrivate: isTicked(form, "private") };
    const problems: Problem[] = [];
    if (parseWorkspaceSlug(slug) === undefined) problems.push({ field: "slug", message: t(texts.slugWrong) });
    if (values.name.length > NAME_LENGTH_MAX)
      problems.push({ field: "name", message: t(createTexts.nameLength, { n: NAME_LENGTH_MAX }) });
    if (problems.length > 0) return describe(request, values, problems);
    try {
      const { workspace } = await createOwnWorkspace(ports, by, { ...values, name: values.name || slug });
      const done = flash(texts.done, { name: workspace.name });
      return redirect(workspacePath(workspace, "repositories"), done);
    } catch (error) {
      const isTaken = error instanceof Failure && error.kind === "conflict";
      const taken = [{ field: "slug", message: t(texts.slugTaken) }];
      return describe(request, values, isTaken ? taken : problemsOf(error, { slug: "slug" }, "slug"));
    }
  },
};

function describe(
  { t, csrf }: AccountPageRequest,
  values: Values,
  problems: readonly Problem[] = [],
): PageAnswer {
  const isPrivate: Html = checkbox(
    { name: "private", label: t(createTexts.isPrivate), hint: t(texts.isPrivateHint) },
    values.isPrivate,
  );
  return page({
    title: t(texts.title),
    hasProblems: problems.length > 0,
    ...(problems.length > 0 ? { status: 422 } : {}),
    main: html`<h1>${t(texts.title)}</h1>${errorSummary(t, problems)}<p class="lead">${t(texts.lead)}</p>
<form method="post">${csrf}
${input(t, { name: "slug", label: t(texts.slug), hint: t(texts.slugHint), problems, value: values.slug, autocomplete: "off", more: html` maxlength="62"` })}
${input(t, { name: "name", label: t(createTexts.name), hint: t(createTexts.optional), problems, value: values.name, autocomplete: "off", isOptional: true })}
<div class="field">${isPrivate}</div><div class="acts"><button class="main">${t(texts.submit)}</button></div></form>`,
  });
}
