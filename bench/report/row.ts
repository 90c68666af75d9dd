import { isMissing, type Series } from "../measure/interleave.ts";
import { type Spread, spreadOf } from "../measure/spread.ts";

/** What a ratio must be, and how that is said. */
export type Goal = { readonly text: string; isMet(ratio: number): boolean };

export const atLeast = (ratio: number): Goal => ({ text: `≥ ${ratio} ×`, isMet: (found) => found >= ratio });
export const atMost = (ratio: number): Goal => ({ text: `≤ ${ratio} ×`, isMet: (found) => found <= ratio });

/** A row that is to be there. Two series are compared round by round, or one with a bound. */
export type RowPlan = {
  readonly work: string;
  readonly unit: string;
  /** Name of the series of Pail. */
  readonly pail: string;
} /** Without a goal, the ratio is only told. */ & (
  | { readonly peer: string; readonly goal: Goal | undefined }
  /** The ratio is value to bound, so it is met at 1 or below. A bound of 0 is met by 0 only. */
  | { readonly bound: number }
);

type RowHead = { readonly work: string; readonly peer: string; readonly goal: string; readonly unit: string };

export type MeasuredRow = RowHead & {
  /** The median of the rounds' ratios, of which each is Pail's value to the peer's. */
  readonly ratio: number;
  readonly met: boolean | null;
  readonly ratios: Spread;
  readonly pail: Spread;
  /** Of the peer, or the bound. */
  readonly against: Spread;
};

export type SkippedRow = RowHead & { readonly ratio: null; readonly met: null; readonly skipped: string };

export type Row = MeasuredRow | SkippedRow;

/** @throws Error if the benchmark has not measured what the plan names: it is broken. */
export function toRow(plan: RowPlan, series: Series): Row {
  const pail = seriesOf(plan.pail, series);
  const theirs = "bound" in plan ? pail : seriesOf(plan.peer, series);
  const head: RowHead = {
    work: plan.work,
    peer: "bound" in plan ? "a bound" : plan.peer,
    goal: "bound" in plan ? boundText(plan) : (plan.goal?.text ?? "only told"),
    unit: plan.unit,
  };
  const missing = [pail, theirs].find(isMissing);
  if (missing !== undefined) return { ...head, ratio: null, met: null, skipped: missing.missing };
  const ours = pail as readonly number[];
  const against = "bound" in plan ? ours.map(() => plan.bound) : (theirs as readonly number[]);
  if (ours.length !== against.length) throw new Error(`${plan.work}: rounds are missing`);
  const ratios = spreadOf(ours.map((value, round) => ratioOf(value, against[round]!)));
  const met =
    "bound" in plan ? spreadOf(ours).median <= plan.bound : (plan.goal?.isMet(ratios.median) ?? null);
  return { ...head, ratio: ratios.median, met, ratios, pail: spreadOf(ours), against: spreadOf(against) };
}

function boundText({ bound, unit }: { readonly bound: number; readonly unit: string }): string {
  return bound === 0 ? "none" : `≤ ${bound} ${unit}`;
}

function ratioOf(value: number, against: number): number {
  return value === against ? 1 : value / (against || 1);
}

function seriesOf(name: string, series: Series) {
  const found = series[name];
  if (found === undefined) throw new Error(`no series "${name}" was measured`);
  return found;
}
