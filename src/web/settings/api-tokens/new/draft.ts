import { changeTokenDraft } from "../../../../operations/tokens/own-tokens.ts";
import { type AccountPage, redirect } from "../../../page.ts";
import { draftOf, isDraft } from "../draft-of.ts";
import { checkNameFields, fieldsOfDraft, nameStepPage, readNameFields } from "../name-step.ts";
import { draftPath, NEW_TOKEN_PATH } from "../token-paths.ts";

/** The first step of a token again: what was entered is still there. */
export const tokenDraftPage: AccountPage = {
  path: `${NEW_TOKEN_PATH}/{draft}`,
  subject: "account",
  async get(ports, request) {
    const draft = await draftOf(ports, request);
    if (!isDraft(draft)) return draft;
    return nameStepPage(ports, request, { fields: fieldsOfDraft(draft, request.now), draft: draft.uuid });
  },
  async post(ports, request) {
    const draft = await draftOf(ports, request);
    if (!isDraft(draft)) return draft;
    const fields = readNameFields(request.form);
    const checked = await checkNameFields(ports, request, fields);
    if (!checked.isFine)
      return nameStepPage(ports, request, { fields, problems: checked.problems, draft: draft.uuid });
    const { name, ageDays } = checked;
    await changeTokenDraft(ports, request.by, draft, { name, ageDays });
    return redirect(draftPath(draft.uuid, "scopes"));
  },
};
