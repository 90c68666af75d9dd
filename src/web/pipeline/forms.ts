import { hash, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { Failure } from "../../model/failure.ts";
import type { Ports } from "../../ports.ts";
import { type Html, html } from "../html.ts";

/** The name of the field that proves that a form came from a page of ours. */
export const CSRF_FIELD = "csrf";

const SECRET_BYTES = 32;

/**
 * The token of forms: a digest of a random cookie, which another site can neither read nor set. Who is signed in has the
 * session's cookie; who is not gets one of its own with the first form, so that nobody is signed in to a stranger's account.
 */
export type FormGuard = {
  /** The hidden field. */
  field(): Html;
  /** The token itself, for an address where no field can be: that of a form with files. */
  token(): string;
  /** @throws Failure foreign-site. */
  require(token: string | undefined): void;
  /** The cookie that has to be set, if this answer has a form and its reader has no cookie yet. */
  readonly newCookie: string | undefined;
};

export function openFormGuard(
  { randomBytes }: Pick<Ports, "randomBytes">,
  cookie: string | undefined,
): FormGuard {
  let secret = cookie;
  let newCookie: string | undefined;
  const token = () => {
    if (secret === undefined) {
      newCookie = randomBytes(SECRET_BYTES).toString("base64url");
      secret = newCookie;
    }
    return tokenOf(secret);
  };
  return {
    token,
    field: () => html`<input type="hidden" name="${CSRF_FIELD}" value="${token()}">`,
    require(sent) {
      const isSame =
        sent !== undefined &&
        secret !== undefined &&
        timingSafeEqual(hash("sha256", sent, "buffer"), hash("sha256", tokenOf(secret), "buffer"));
      if (!isSame) throw foreign("the token of the form is missing or of another session");
    },
    get newCookie() {
      return newCookie;
    },
  };
}

/** The cookie cannot be had from it. */
function tokenOf(secret: string): string {
  return hash("sha256", `pail form 1\n${secret}`, "base64url");
}

const OWN_SITES = ["same-origin", "none"];

/**
 * What the browser itself says of where a form comes from: Fetch Metadata, section 2.3, and, from browsers that do not send it,
 * `Origin`. With neither, the token decides.
 *
 * @throws Failure foreign-site.
 */
export function requireOwnOrigin(headers: IncomingHttpHeaders, html: string): void {
  const site = headers["sec-fetch-site"];
  if (site !== undefined) {
    if (!OWN_SITES.includes(String(site))) throw foreign(`sec-fetch-site: ${site}`);
    return;
  }
  const { origin } = headers;
  if (origin !== undefined && origin !== new URL(html).origin) throw foreign("origin");
}

function foreign(reason: string): Failure {
  return new Failure(
    "foreign-site",
    "The form did not come from a page of this server: nothing was changed",
    {
      reason,
    },
  );
}
