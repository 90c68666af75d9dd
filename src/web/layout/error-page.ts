import type { Failure, FailureKind } from "../../model/failure.ts";
import { maskTokens } from "../../model/mask-secrets.ts";
import { errorTexts } from "../catalogue/errors.ts";
import { type Html, html, NOTHING } from "../html.ts";
import type { PageContent } from "../page.ts";
import type { Frame } from "../pipeline/frame.ts";
import { signInPath } from "../pipeline/sign-in-path.ts";
import type { Holes } from "../translate.ts";

export type AboutRequest = { readonly requestId: string; readonly path: string; readonly now: Date };

/** The fact as the title, what was asked, and one way out. */
type Described = {
  readonly title: Html;
  readonly lead?: Html | undefined;
  readonly more?: Html;
  readonly acts?: Html;
};

export function describeFailure(
  frame: Frame,
  failure: Failure,
  status: number,
  about: AboutRequest,
): PageContent {
  return errorPage(frame, status, about, describe(frame, failure, about));
}

export function describeBug(frame: Frame, about: AboutRequest): PageContent {
  const { t } = frame;
  return errorPage(frame, 500, about, {
    title: t(errorTexts.bug.title),
    lead: t(errorTexts.bug.lead, { id: about.requestId }),
    acts: homeButton(frame),
  });
}

function errorPage(
  { t }: Frame,
  status: number,
  { requestId }: AboutRequest,
  { title, lead, more, acts }: Described,
): PageContent {
  return {
    title: html`${status}: ${title}`,
    status,
    main: html`<p class="dim m">${status}</p><h1>${title}</h1>
${lead && html`<p class="lead">${lead}</p>`}
<div class="flow">${more}${acts && html`<div class="acts">${acts}</div>`}
<p class="small dim">${t(errorTexts.request, { id: requestId })}</p></div>`,
  };
}

function describe(frame: Frame, failure: Failure, about: AboutRequest): Described {
  const { t } = frame;
  const message = maskTokens(failure.message);
  switch (failure.kind) {
    case "hidden":
    case "not-found":
    case "no-such-operation":
      return {
        title: t(errorTexts.notHere.title),
        lead: t(errorTexts.notHere.lead, { path: readable(about.path) }),
        acts:
          frame.account === undefined
            ? html`<a class="btn main" href="${signInPath(frame.path)}">${t(errorTexts.signIn)}</a>`
            : html`${homeButton(frame)}<a class="btn" href="${signInPath(frame.path)}">${t(errorTexts.otherAccount)}</a>`,
      };
    case "permission-missing":
    case "scope-missing":
    case "address-refused":
    case "hours-refused":
    case "private-content-refused":
    case "credential-kind-refused":
      return {
        title: t(errorTexts.notAllowed.title),
        lead: t(errorTexts.notAllowed.lead, { path: readable(about.path) }),
        more: html`${describeLadder(frame)}<p class="dim">${message}</p>`,
        acts: homeButton(frame),
      };
    case "foreign-site":
      return {
        title: t(errorTexts.foreignForm.title),
        lead: t(errorTexts.foreignForm.lead),
        acts: html`<a class="btn main" href="${about.path}">${t(errorTexts.back)}</a>`,
      };
    case "invalid-input":
      return {
        title: t(errorTexts.badInput.title),
        lead: t(errorTexts.badInput.lead),
        more: describeFields(frame, failure),
      };
    case "throttled":
    case "rate-limited":
      return { title: t(errorTexts.throttled.title), lead: html`${message}` };
    case "unavailable":
      return { title: t(errorTexts.busy.title), lead: t(errorTexts.busy.lead, { message }) };
    case "timed-out":
      return { title: t(errorTexts.tooSlow.title), lead: t(errorTexts.tooSlow.lead) };
    default:
      return {
        title: t(TITLES[failure.kind] ?? errorTexts.conflict.title),
        lead: t(errorTexts.conflict.lead, { message } satisfies Holes),
      };
  }
}

const TITLES: { readonly [Kind in FailureKind]?: (typeof errorTexts.gone)["title"] } = {
  gone: errorTexts.gone.title,
  "too-large": errorTexts.tooLarge.title,
  "operation-unsupported": errorTexts.method.title,
};

function homeButton({ t }: Frame): Html {
  return html`<a class="btn main" href="/">${t(errorTexts.home)}</a>`;
}

function describeFields({ t }: Frame, { message, details }: Failure): Html {
  const fields = Object.entries(details.fields ?? {});
  if (fields.length === 0) return html`<p>${maskTokens(message)}</p>`;
  return html`<ul class="flow">${fields.map(
    ([field, problems]) =>
      html`<li>${t(errorTexts.badInput.field, { field, problem: maskTokens(problems.join("; ")) })}</li>`,
  )}</ul>`;
}

/** How far the request came: of a session only the permission can be missing. */
function describeLadder({ t, account }: Frame): Html {
  const { ladder } = errorTexts;
  if (account === undefined) return NOTHING;
  const name = html`<bdi>${account.displayName}</bdi>`;
  return html`<ol class="ladder" aria-label="${t(ladder.label)}">
<li class="yes"><b>${t(ladder.credential)}</b>${t(ladder.signedIn, { name })}</li><li class="yes"><b>${t(ladder.kind)}</b>${t(ladder.pages)}</li><li class="yes"><b>${t(ladder.scope)}</b>${t(ladder.noScopes)}</li><li class="yes"><b>${t(ladder.repository)}</b>${t(ladder.visible)}</li><li class="no"><b>${t(ladder.permissionMissing)}</b>${t(ladder.stoppedHere)}</li></ol>`;
}

/** A path as a person reads it, where that is possible. */
function readable(path: string): string {
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
}
