import { endSession } from "../operations/accounts/sessions.ts";
import { signOutTexts } from "./catalogue/sign-out.ts";
import { type AccountPage, redirect } from "./page.ts";
import { flash } from "./pipeline/flash.ts";

export const signOutPage: AccountPage = {
  path: "/-/sign-out",
  subject: "account",
  async post(_ports, { by, account, session }) {
    await endSession(by, account, session.uuid);
    return redirect("/-/sign-in", flash(signOutTexts.done), [{ name: "session", value: undefined }]);
  },
};
