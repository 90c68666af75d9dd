import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Page } from "playwright-core";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const inPage = (name: string) => readFileSync(join(import.meta.dirname, "in-page", name), "utf8");
const LAYOUT_FAULTS = inPage("layout-faults.js");
const WALK_STEP = inPage("walk-step.js");

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

type AxeViolation = {
  readonly id: string;
  readonly help: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
};

/**
 * What axe-core finds in the page as it is now. In the other scheme of colours only the contrasts can differ: `rules` names
 * these. The debugger runs it, so that the page's policy does not have to let it in.
 */
export async function listAxeFaults(page: Page, rules?: readonly string[]): Promise<string[]> {
  const runOnly = rules === undefined ? { type: "tag", values: TAGS } : { type: "rule", values: rules };
  const options = {
    runOnly,
    resultTypes: ["violations"],
    ...(rules === undefined ? { rules: { "target-size": { enabled: true } } } : {}),
  };
  if (!(await page.evaluate<boolean>("'axe' in window"))) await page.evaluate(AXE);
  const violations = await page.evaluate<readonly AxeViolation[]>(
    `axe.run(document, ${JSON.stringify(options)}).then(({ violations }) => violations.map(({ id, help, nodes }) => ({ id, help, nodes: nodes.map(({ html, failureSummary }) => ({ html, failureSummary })) })))`,
  );
  return violations.flatMap(({ id, help, nodes }) =>
    nodes
      .slice(0, 3)
      .map(
        (node) =>
          `${id}: ${help}: ${node.html.slice(0, 200)}: ${node.failureSummary.split("\n").slice(1, 3).join("; ").slice(0, 240)}`,
      ),
  );
}

/** What is cut off, overlaps or makes the page scroll sideways. */
export function listLayoutFaults(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(LAYOUT_FAULTS);
}

type WalkStep = {
  readonly name: string;
  readonly isNew: boolean;
  readonly order: number;
  readonly fault: string | undefined;
};

/** Goes through the page by Tab, to its end or `stepsMax`. @returns what was not as it should be, and how many stops there were. */
export async function walkByTab(
  page: Page,
  stepsMax = 400,
): Promise<{ readonly faults: readonly string[]; readonly stops: number }> {
  const faults: string[] = [];
  let stops = 0;
  let last = -1;
  for (let step = 0; step < stepsMax; step += 1) {
    await page.keyboard.press("Tab");
    const at = await page.evaluate<WalkStep | undefined>(WALK_STEP);
    // Behind the last one the browser's own head has the focus.
    if (at === undefined || (!at.isNew && at.order === 0)) return { faults, stops };
    // A field for a date has a stop for each of its parts.
    if (at.order === last) continue;
    last = at.order;
    if (!at.isNew)
      return { faults: [...faults, `${at.name}: the focus comes back to it and goes no further`], stops };
    stops += 1;
    if (at.fault !== undefined) faults.push(`${at.name}: ${at.fault}`);
  }
  return { faults, stops };
}
