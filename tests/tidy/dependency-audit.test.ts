import assert from "node:assert/strict";
import { test } from "node:test";
import { judgeAudit } from "../../audit/judge-audit.ts";

const report = (vulnerabilities: Readonly<Record<string, { readonly severity: string }>>) =>
  JSON.stringify({ auditReportVersion: 2, vulnerabilities, metadata: {} });

test("a vulnerability of moderate severity or more is a finding, with the package's name", () => {
  const output = report({
    pg: { severity: "high" },
    pino: { severity: "moderate" },
    kysely: { severity: "low" },
  });
  assert.deepEqual(judgeAudit(output), { kind: "vulnerable", packages: ["pg (high)", "pino (moderate)"] });
});

test("a report without any, or with low ones only, is none", () => {
  for (const found of [{}, { kysely: { severity: "low" } }])
    assert.deepEqual(judgeAudit(report(found)), { kind: "none-known" });
});

test("a registry without advisories, and no answer, are no finding and no all-clear", () => {
  const refused = JSON.stringify({ message: "405 Method Not Allowed", statusCode: 405, body: "" });
  assert.deepEqual(judgeAudit(refused), { kind: "not-asked", why: "405 Method Not Allowed" });
  assert.equal(judgeAudit("").kind, "not-asked");
  assert.equal(judgeAudit("[]").kind, "not-asked");
});
