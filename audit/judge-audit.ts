/** What `npm audit --json` has said. */
export type AuditVerdict =
  | { readonly kind: "none-known" }
  | { readonly kind: "vulnerable"; readonly packages: readonly string[] }
  /** The registry could not be asked, or keeps no advisories: nothing is known, good or bad. */
  | { readonly kind: "not-asked"; readonly why: string };

/** Those worth failing for. */
const SEVERITIES = ["moderate", "high", "critical"];

type AuditReport = {
  readonly auditReportVersion?: number;
  readonly vulnerabilities?: Readonly<Record<string, { readonly severity: string }>>;
  readonly message?: string;
};

/** Judges npm's report, version 2. npm's own exit status does not tell a finding from a registry that has no advisories. */
export function judgeAudit(output: string): AuditVerdict {
  let report: AuditReport;
  try {
    report = JSON.parse(output) as AuditReport;
  } catch {
    return { kind: "not-asked", why: "npm has answered no JSON" };
  }
  if (report.auditReportVersion !== 2 || report.vulnerabilities === undefined)
    return { kind: "not-asked", why: report.message ?? "npm's report has another form" };
  const packages = Object.entries(report.vulnerabilities)
    .filter(([, { severity }]) => SEVERITIES.includes(severity))
    .map(([name, { severity }]) => `${name} (${severity})`);
  return packages.length === 0 ? { kind: "none-known" } : { kind: "vulnerable", packages };
}
