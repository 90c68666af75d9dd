import { LRUCache } from "lru-cache";
import { dayOf, startOfDay } from "../../../../model/day.ts";
import { listWorkspaceDays, type WorkspaceDay } from "../../../../storage/sql/workspaces/activity.ts";
import { workspaceGrowthTexts as texts } from "../../../catalogue/workspace-growth.ts";
import { current, type Html, html } from "../../../html.ts";
import { empty } from "../../../layout/empty.ts";
import { ledger } from "../../../layout/ledger.ts";
import { workspacePlace } from "../../../layout/place.ts";
import { formatSize } from "../../../layout/size.ts";
import { exactDay } from "../../../layout/time.ts";
import { withQuery, workspacePath } from "../../../links.ts";
import { page, type WorkspacePage, type WorkspacePageRequest } from "../../../page.ts";
import { formatNumber } from "../../../translate.ts";
import { withWorkspaceSide } from "../with-workspace-side.ts";
import { drawPlot, type PlotContent } from "./plot.ts";

const RANGES = [30, 90, 365] as const;

/** Pushes, fetches, how many of those the cache answered, and storage, by days. */
export const growthPage: WorkspacePage = {
  path: "/{workspace}/workspace/settings/growth",
  subject: "workspace",
  permission: "own",
  async get({ database }, request) {
    const { t, workspace, query, now } = request;
    const range = RANGES.find((days) => String(days) === query.get("days")) ?? RANGES[0];
    const until = dayOf(now) + 1;
    const days = await listWorkspaceDays(database.kysely, workspace.uuid, until - range);
    const here = workspacePath(workspace, "settings/growth");
    const links = RANGES.map(
      (each) =>
        html`<a href="${withQuery(here, { days: each })}"${current(each === range)}>${t(texts.range, { n: each })}</a>`,
    );
    return page({
      title: html`${t(texts.title)} · ${workspace.slug}`,
      place: workspacePlace(request, "settings"),
      main: withWorkspaceSide(
        request,
        html`<h1>${t(texts.title)}</h1><p class="lead">${t(texts.lead, { workspace: html`<b>${workspace.slug}</b>` })}</p>
<nav class="counts" aria-label="${t(texts.ranges)}">${links}</nav>
<div class="flow">${
          days.length === 0
            ? empty(t(texts.none.title), t(texts.none.text))
            : html`${await describePlots(request, days, range)}${describeNumbers(request, days)}`
        }</div>`,
      ),
    });
  },
};

/** Plots that were drawn: the same days look the same until something is counted. */
const drawn = new LRUCache<string, Html>({ max: 200 });

async function draw(content: PlotContent): Promise<Html> {
  const { format: _, ...data } = content;
  const key = JSON.stringify(data);
  const known = drawn.get(key);
  if (known !== undefined) return known;
  const plot = await drawPlot(content);
  drawn.set(key, plot);
  return plot;
}

async function describePlots(
  request: WorkspacePageRequest,
  days: readonly WorkspaceDay[],
  range: number,
): Promise<Html> {
  const { t, language, now } = request;
  const until = dayOf(now) + 1;
  const common = { language, from: startOfDay(until - range), until: startOfDay(until) };
  const titled = (what: Html) => ({ ...common, title: t(texts.plot, { what, n: range }).toString() });
  const count = (value: number) => (Number.isInteger(value) ? formatNumber(value) : "");
  const barsOf = (of: (day: WorkspaceDay) => number, isLower = false) =>
    days.map((day) => ({ at: startOfDay(day.day), value: of(day), isLower }));
  const sum = (of: (day: WorkspaceDay) => number) => days.reduce((total, day) => total + of(day), 0);
  const [fetches, cached] = [sum((day) => day.fetches), sum((day) => day.cachedFetches)];
  const measured = days.filter(({ storageBytes }) => storageBytes !== undefined);
  const last = measured.at(-1);
  // Nothing is measured on days without pushes and fetches: it is as it was.
  const storage = [...measured, ...(last === undefined ? [] : [{ ...last, day: until }])].map((day) => ({
    at: startOfDay(day.day),
    value: day.storageBytes ?? 0,
  }));
  const pushPlot = await draw({
    ...titled(t(texts.pushes)),
    bars: barsOf((day) => day.pushes),
    format: count,
  });
  const fetchPlot = await draw({
    ...titled(t(texts.fetches)),
    bars: [...barsOf((day) => day.fetches), ...barsOf((day) => day.cachedFetches, true)],
    format: count,
  });
  const storagePlot = await draw({
    ...titled(t(texts.storage)),
    bars: storage,
    isLine: true,
    format: formatSize,
  });
  const share = fetches === 0 ? 0 : Math.round((cached / fetches) * 100);
  return html`<h2>${t(texts.pushes)}</h2><p>${t(texts.sum, { n: sum((day) => day.pushes) })}</p>${pushPlot}
<h2>${t(texts.fetches)}</h2><p>${t(texts.cachedShare, { n: fetches, share })}</p>${fetchPlot}
<h2>${t(texts.storage)}</h2>${last !== undefined && html`<p>${t(texts.now, { size: formatSize(last.storageBytes ?? 0), date: exactDay(request, startOfDay(last.day)) })}</p>`}${storagePlot}`;
}

function describeNumbers(request: WorkspacePageRequest, days: readonly WorkspaceDay[]): Html {
  const { t } = request;
  const columns = [
    { label: t(texts.day) },
    ...[texts.pushes, texts.fetches, texts.cached, texts.storage].map((label) => ({
      label: t(label),
      isEnd: true,
    })),
  ];
  const rows = days
    .toReversed()
    .map(({ day, pushes, fetches, cachedFetches, storageBytes }) => [
      exactDay(request, startOfDay(day)),
      formatNumber(pushes),
      formatNumber(fetches),
      formatNumber(cachedFetches),
      storageBytes === undefined ? "–" : formatSize(storageBytes),
    ]);
  return html`<details><summary>${t(texts.numbers)}</summary>${ledger(columns, rows, { isTight: true })}</details>`;
}
