import { type Html, trusted } from "../../../html.ts";
import type { Language } from "../../../translate.ts";

export type PlotContent = {
  /** What it shows, for who does not see it. */
  readonly title: string;
  readonly language: Language;
  readonly from: Date;
  readonly until: Date;
  readonly bars: readonly { readonly at: Date; readonly value: number; readonly isLower?: boolean }[];
  /** A line, for what is there and not what happens. */
  readonly isLine?: boolean;
  /** Of the numbers at the side. */
  readonly format: (value: number) => string;
};

const WIDTH = 760;
const HEIGHT = 180;
/** A line at zero has a scale all the same. */
const LINE_HEIGHT_MIN = 1_000;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/**
 * A plot as SVG without any style, which the policy of the pages would not allow: colours are attributes, and those of the
 * stylesheet. The library takes a third of a second to load, so that is done when the first plot is wanted.
 */
export async function drawPlot(content: PlotContent): Promise<Html> {
  const [Plot, { parseHTML }] = await Promise.all([import("@observablehq/plot"), import("linkedom")]);
  const { document } = parseHTML("<html><body></body></html>");
  const { bars, isLine = false, from, until, format } = content;
  const upper = bars.filter(({ isLower }) => isLower !== true);
  const lower = bars.filter(({ isLower }) => isLower === true);
  const day = { interval: "day" as const, x: "at", y: "value", inset: 0 };
  const highest = Math.max(isLine ? LINE_HEIGHT_MIN : 1, ...bars.map(({ value }) => value));
  const svg = Plot.plot({
    // Plot's types ask for the one of a browser.
    document: document as never,
    width: WIDTH,
    height: HEIGHT,
    marginLeft: 64,
    marginBottom: 24,
    x: {
      type: "utc",
      domain: [from, until],
      label: null,
      ticks: 6,
      tickFormat: (at: Date) => shortDay(content, at),
    },
    y: { domain: [0, highest], nice: true, grid: true, label: null, ticks: 4, tickFormat: format },
    marks: [
      ...(isLine
        ? [
            Plot.lineY(upper, {
              x: "at",
              y: "value",
              curve: "step-after",
              stroke: "var(--water)",
              strokeWidth: 2,
            }),
          ]
        : [
            Plot.rectY(upper, { ...day, fill: "var(--water)" }),
            Plot.rectY(lower, { ...day, fill: "var(--moss)" }),
          ]),
      Plot.ruleY([0]),
    ],
  });
  return trusted(withoutStyles(svg, document, content.title));
}

function shortDay({ language }: Pick<PlotContent, "language">, at: Date): string {
  const [month, day] = [at.getUTCMonth(), at.getUTCDate()];
  return language === "ja" ? `${month + 1}月${day}日` : `${day} ${MONTHS[month]}`;
}

function withoutStyles(svg: Element, document: Document, title: string): string {
  for (const style of svg.querySelectorAll("style")) style.remove();
  for (const element of [svg, ...svg.querySelectorAll("[style], [class]")]) {
    element.removeAttribute("style");
    element.removeAttribute("class");
  }
  // The numbers are in the table: one name is enough for who hears the page.
  for (const element of svg.querySelectorAll("[aria-label], [aria-description]")) {
    element.removeAttribute("aria-label");
    element.removeAttribute("aria-description");
  }
  svg.removeAttribute("width");
  svg.removeAttribute("height");
  svg.setAttribute("role", "img");
  const name = document.createElement("title");
  name.textContent = title;
  svg.prepend(name);
  return svg.outerHTML;
}
