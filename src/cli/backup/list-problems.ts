import type { Finding } from "../../operations/backup/finding.ts";
import { printLine } from "../terminal/print.ts";

export function listProblems(findings: readonly Finding[]): void {
  for (const { kind, isHarmless, repository, path, detail, remedy } of findings) {
    printLine(
      `${isHarmless ? "harmless" : "WRONG"}: ${kind}${repository === undefined ? "" : ` in ${repository}`}`,
    );
    printLine(`  ${path}`);
    printLine(`  ${detail}`);
    printLine(`  what to do: ${remedy}`);
  }
}
