import { createConsumer, type WantedConsumer } from "../../../../operations/oauth/consumers.ts";
import { consumerTexts as texts } from "../../../catalogue/oauth.ts";
import { problemsOf } from "../../../forms/problems-of.ts";
import { html } from "../../../html.ts";
import { errorSummary, type Problem } from "../../../layout/form.ts";
import { workspacePlace } from "../../../layout/place.ts";
import { type PageAnswer, page, type WorkspacePage, type WorkspacePageRequest } from "../../../page.ts";
import { withWorkspaceSide } from "../with-workspace-side.ts";
import { describeConsumerFields, NO_CONSUMER, readConsumerForm } from "./consumer-form.ts";
import { shownSecretPage } from "./shown-secret.ts";

/** Adds a consumer to a workspace. The answer has its secret, this once. */
export const newConsumerPage: WorkspacePage = {
  path: "/{workspace}/workspace/settings/oauth-consumers/new",
  subject: "workspace",
  permission: "own",
  isStepUp: true,
  async get(_ports, request) {
    return formPage(request, NO_CONSUMER, []);
  },
  async post(ports, request) {
    const { by, workspace } = request;
    const { values, problems } = readConsumerForm(request);
    if (problems.length > 0) return formPage(request, values, problems);
    try {
      const { consumer, secret } = await createConsumer(ports, by, workspace, values);
      return shownSecretPage(request, consumer, secret);
    } catch (error) {
      return formPage(request, values, problemsOf(error, { scope: "scopes" }, "name"));
    }
  },
};

function formPage(
  request: WorkspacePageRequest,
  values: WantedConsumer,
  problems: readonly Problem[],
): PageAnswer {
  const { t, csrf, workspace } = request;
  return page({
    title: html`${t(texts.create)} · ${workspace.slug}`,
    place: workspacePlace(request, "settings"),
    hasProblems: problems.length > 0,
    ...(problems.length > 0 ? { status: 422 } : {}),
    main: withWorkspaceSide(
      request,
      html`<h1>${t(texts.create)}</h1>${errorSummary(t, problems)}
<form method="post" autocomplete="off">${csrf}${describeConsumerFields(request, values, problems)}
<div class="acts"><button class="main">${t(texts.create)}</button></div></form>`,
    ),
  });
}
