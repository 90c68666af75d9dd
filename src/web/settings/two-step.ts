import { writeSeed, writeSeedUri } from "../../authentication/two-step/one-time-code.ts";
import { Failure } from "../../model/failure.ts";
import type { Secret } from "../../model/secret.ts";
import {
  beginTwoStep,
  disableTwoStep,
  enableTwoStep,
  findPendingSeed,
  renewRecoveryCodes,
} from "../../operations/accounts/two-step.ts";
import type { Ports } from "../../ports.ts";
import { listEmails } from "../../storage/sql/accounts/accounts.ts";
import { countRecoveryCodes, findTwoStep } from "../../storage/sql/accounts/two-step.ts";
import { twoStepTexts } from "../catalogue/account-settings.ts";
import { type Html, html } from "../html.ts";
import { errorSummary, input, type Problem } from "../layout/form.ts";
import { qrCode } from "../layout/qr-code.ts";
import { exactTime } from "../layout/time.ts";
import { type AccountPage, type AccountPageRequest, type PageAnswer, page, redirect } from "../page.ts";
import { flash } from "../pipeline/flash.ts";
import type { Entry } from "../translate.ts";
import { withSettingsSide } from "./with-settings-side.ts";

const PATH = "/-/settings/two-step";

/** Setting up two-step verification, switching it off, and recovery codes. */
export const twoStepPage: AccountPage = {
  path: PATH,
  subject: "account",
  isStepUp: true,
  async get(ports, request) {
    const { t, query } = request;
    if (query.has("off")) return askToDisable(request);
    return page({ title: t(twoStepTexts.title), main: await describe(ports, request, []) });
  },
  async post(ports, request) {
    const { form, account, by, session } = request;
    switch (form.get("act")) {
      case "begin":
        await beginTwoStep(ports, by, account);
        return redirect(PATH);
      case "cancel":
        await disableTwoStep(by, account);
        return redirect("/-/settings/password", flash(twoStepTexts.cancelled));
      case "enable":
        return enable(ports, request);
      case "renew":
        return showCodes(request, await renewRecoveryCodes(ports, by, account), twoStepTexts.codes.renewed);
      case "off":
        await disableTwoStep(by, account, session.uuid);
        return redirect("/-/settings/password", flash(twoStepTexts.disabled, {}, "warning"));
      default:
        return redirect(PATH);
    }
  },
};

async function enable(ports: Ports, request: AccountPageRequest): Promise<PageAnswer> {
  const { t, account, by, form, session } = request;
  try {
    const codes = await enableTwoStep(ports, by, account, form.get("code") ?? "", session.uuid);
    return showCodes(request, codes, twoStepTexts.codes.enabled);
  } catch (error) {
    if (!(error instanceof Failure) || error.details.fields?.code === undefined) throw error;
    const problems = [{ field: "code", message: t(twoStepTexts.wrong) }];
    return page({
      title: t(twoStepTexts.title),
      status: 422,
      hasProblems: true,
      main: await describe(ports, request, problems),
    });
  }
}

/** The answer to the form itself: the codes are stored nowhere, so no other page could show them. */
function showCodes(request: AccountPageRequest, codes: readonly Secret[], told: Entry): PageAnswer {
  const { t } = request;
  const texts = twoStepTexts.codes;
  const list = codes.map((code) => code.reveal()).join("\n");
  return page({
    title: t(texts.title),
    main: framed(
      request,
      html`<h1>${t(texts.title)}</h1><p class="lead">${t(texts.lead)}</p><div class="flow"><p class="note okish" role="status">${t(told)}</p>
<div class="cmd"><pre>${list}</pre><button type="button" hidden data-copy>${t(texts.copy)}</button></div>
<div class="acts"><a class="btn main" href="/-/settings/password">${t(texts.kept)}</a></div></div>`,
    ),
  });
}

function askToDisable(request: AccountPageRequest): PageAnswer {
  const { t, csrf } = request;
  const { question, disable } = twoStepTexts;
  return page({
    title: t(question.title),
    main: framed(
      request,
      html`<h1>${t(question.title)}</h1><p class="lead">${t(question.lead)}</p>
<form method="post" action="${PATH}">${csrf}<div class="acts"><button class="danger" name="act" value="off">${t(disable)}</button><a class="btn" href="${PATH}">${t(question.keep)}</a></div></form>`,
    ),
  });
}

async function describe(
  ports: Ports,
  request: AccountPageRequest,
  problems: readonly Problem[],
): Promise<Html> {
  const { t, account } = request;
  const texts = twoStepTexts;
  const { kysely } = ports.database;
  const enabledAt = (await findTwoStep(kysely, account.uuid))?.enabledAt;
  const part =
    enabledAt === undefined
      ? await describeSettingUp(ports, request, problems)
      : describeEnabled(request, enabledAt, await countRecoveryCodes(kysely, account.uuid));
  return framed(
    request,
    html`<h1>${t(texts.title)}</h1><p class="lead">${t(texts.lead)}</p><div class="flow">${errorSummary(t, problems)}${part}</div>`,
  );
}

async function describeSettingUp(
  ports: Ports,
  request: AccountPageRequest,
  problems: readonly Problem[],
): Promise<Html> {
  const { t, csrf, account, baseUrls } = request;
  const texts = twoStepTexts;
  const seed = await findPendingSeed(ports, account);
  if (seed === undefined)
    return html`<form method="post" action="${PATH}">${csrf}<div class="acts"><button class="main" name="act" value="begin">${t(texts.begin)}</button></div></form>`;
  const [primary] = await listEmails(ports.database.kysely, account.uuid);
  const { host } = new URL(baseUrls.html);
  const uri = writeSeedUri(seed, { host, address: primary?.address ?? account.username });
  return html`<section class="block" aria-labelledby="scan"><h2 id="scan">${t(texts.scan)}</h2>
<div>${qrCode(uri.reveal(), t(texts.qr))}</div>
<p class="after">${t(texts.orType)}</p><div class="cmd"><pre>${writeSeed(seed).reveal()}</pre><button type="button" hidden data-copy>${t(texts.copySecret)}</button></div></section>
<section class="block" aria-labelledby="enter"><h2 id="enter">${t(texts.enter)}</h2>
<form method="post" action="${PATH}">${csrf}
${input(t, { name: "code", label: t(texts.code), hint: t(texts.codeHint), autocomplete: "one-time-code", more: html` inputmode="numeric" maxlength="10"`, problems })}
<div class="acts"><button class="main" name="act" value="enable">${t(texts.enable)}</button><button name="act" value="cancel" formnovalidate>${t(texts.cancel)}</button></div></form></section>`;
}

function describeEnabled(request: AccountPageRequest, enabledAt: Date, left: number): Html {
  const { t, csrf } = request;
  const texts = twoStepTexts;
  return html`<p><span class="tag full">${t(texts.on)}</span> ${t(texts.since, { time: exactTime(request, enabledAt) })}</p>
<p${left === 0 ? html` class="note warnish"` : html``}>${left === 0 ? t(texts.none) : t(texts.left, { n: left })}</p>
<form method="post" action="${PATH}">${csrf}<div class="acts"><button name="act" value="renew">${t(texts.renew)}</button><a class="btn danger" href="${PATH}?off">${t(texts.disable)}</a></div></form>`;
}

/** Under "Password and two-step" of the list at the side. */
function framed({ t }: AccountPageRequest, main: Html): Html {
  return withSettingsSide({ t, path: "/-/settings/password" }, main);
}
