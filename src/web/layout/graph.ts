import type { LaneLine, LaneRow } from "../../git/history/lay-out-lanes.ts";
import { type Html, html, NOTHING } from "../html.ts";

/** Beside each other; more are left out. */
export const LANES_MAX = 12;
const LANE_WIDTH = 14;
/** Colours of lanes, in turn: they are told apart by their place. */
const COLOURS = 5;
/** More do not fit beside a commit on a phone. */
const LANES_ON_PHONES_MAX = 4;
const ENDS = { upper: ["0%", "50%"], lower: ["50%", "100%"], whole: ["0%", "100%"] } as const;

/** How many lanes the rows of a page take. */
export function countLanes(rows: readonly LaneRow[]): number {
  return rows.reduce(
    (most, { lane = 0, lines }) =>
      lines.reduce((max, { from, to }) => Math.max(max, from + 1, to + 1), Math.max(most, lane + 1)),
    1,
  );
}

/** The lines from a commit to its parents, and those that pass it. Parents are links below; so it is not read aloud. */
export function graphCell({ lane, lines, hasHiddenParents }: LaneRow, lanes: number): Html {
  const width = lanes * LANE_WIDTH + 2;
  const dot =
    lane === undefined
      ? NOTHING
      : html`<circle class="g${lane % COLOURS}" cx="${placeOf(lane)}" cy="50%" r="4" fill="currentColor"/>`;
  // A line that ends within the row: what it leads to has no lane.
  const hidden =
    lane !== undefined && hasHiddenParents
      ? html`<line class="g4" x1="${placeOf(lane)}" y1="50%" x2="${placeOf(lane)}" y2="85%" stroke="currentColor" stroke-dasharray="2 2"/>`
      : NOTHING;
  const size = lanes > LANES_ON_PHONES_MAX ? "graph hide-s" : "graph";
  return html`<td class="${size}" aria-hidden="true"><svg class="room" width="${width}" height="1"></svg><svg width="${width}">${lines.map(describeLine)}${hidden}${dot}</svg></td>`;
}

/** It has the colour of the lane that it leads to, or comes from. */
function describeLine({ half, from, to }: LaneLine): Html {
  const [top, bottom] = ENDS[half];
  const lane = half === "lower" ? to : from;
  return html`<line class="g${lane % COLOURS}" x1="${placeOf(from)}" y1="${top}" x2="${placeOf(to)}" y2="${bottom}" stroke="currentColor"/>`;
}

function placeOf(lane: number): number {
  return lane * LANE_WIDTH + LANE_WIDTH / 2 + 1;
}
