import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";

export type Point = { readonly x: number; readonly y: number; readonly series: string };

export type PlotContent = {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly points: readonly Point[];
};

const WIDTH = 760;
const HEIGHT = 420;
/** For the names of the series, behind their last points. */
const NAMES_WIDTH = 230;

/** An SVG file with a line for each series. Both axes are logarithmic, so that what grows with the size is a slope of one. */
export function writePlot({ title, xLabel, yLabel, points }: PlotContent): string {
  const { document } = parseHTML("<html><body></body></html>");
  const last = new Map(points.map((point) => [point.series, point]));
  const channels = { x: "x", y: "y", stroke: "series", z: "series" };
  const plot = Plot.plot({
    // Plot's types ask for the one of a browser.
    document: document as never,
    width: WIDTH,
    height: HEIGHT,
    marginTop: 40,
    marginLeft: 60,
    marginRight: NAMES_WIDTH,
    x: { type: "log", label: xLabel, grid: true, ticks: 5, tickFormat: "~s" },
    y: { type: "log", label: yLabel, grid: true, ticks: 5, tickFormat: "~s", nice: true },
    marks: [
      Plot.lineY([...points], { ...channels, marker: "circle" }),
      Plot.text([...last.values()], {
        x: "x",
        y: "y",
        text: "series",
        fill: "series",
        textAnchor: "start",
        dx: 8,
      }),
      Plot.text([title], { frameAnchor: "top", dy: -28, fontSize: 14 }),
    ],
  });
  plot.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  plot.setAttribute("style", "background: white; color: black");
  return `${plot.outerHTML}\n`;
}
