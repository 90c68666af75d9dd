import type { Account } from "../../../src/model/account.ts";
import { createPasswordLink } from "../../../src/operations/accounts/password-links.ts";
import type { TestApp } from "../server/test-app.ts";
import { openWebClient } from "../server/web-client.ts";

/** No list of breached passwords has it. */
export const PASSWORD = "correct horse, galvanised pail";

/** Gives the account its password as it would itself, by a link. */
export async function choosePassword(app: TestApp, account: Account): Promise<void> {
  const { url } = await createPasswordLink(app.ports, app.by, account);
  const { pathname } = new URL(url.reveal());
  const { status, text } = await openWebClient(app).post(pathname, { password: PASSWORD });
  if (status !== 303) throw new Error(`the password was not taken: ${status}: ${text}`);
}
