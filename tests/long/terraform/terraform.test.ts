// Terraform with the provider DrFaust92/bitbucket, which knows no other address than https://api.bitbucket.org.
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { openPailCommand } from "../../support/server/pail-command.ts";
import { buildProvider } from "./provider-under-test.ts";

/** What the provider has, without the branching models: `main.tf` says why. */
const ALL_TYPES = [
  "branch_restriction",
  "commit_file",
  "default_reviewers",
  "deploy_key",
  "deployment",
  "deployment_variable",
  "forked_repository",
  "group",
  "group_membership",
  "hook",
  "pipeline_schedule",
  "pipeline_ssh_key",
  "pipeline_ssh_known_host",
  "project",
  "project_default_reviewers",
  "project_group_permission",
  "project_user_permission",
  "repository",
  "repository_group_permission",
  "repository_user_permission",
  "repository_variable",
  "ssh_key",
  "workspace_hook",
  "workspace_variable",
];

/** What data sources read. */
const READ = {
  workspace: "team",
  caller: "Ada Example",
  email: ["ada@example.com"],
  user: "Bob Example",
  members: ["Ada Example", "Bob Example"],
  group: "Reviewers",
  groups: ["reviewers"],
  group_members: ["Bob Example"],
  project: "Web",
  repository: "team/site",
  main_branch: "main",
  deployment: "Staging",
  has_push_hook: true,
  oidc_issuer: "https://api.bitbucket.org/2.0/workspaces/team/pipelines-config/identity/oidc",
  oidc_keys: 1,
  clone_https: "https://ada@bitbucket.org/team/site.git",
};
/** Of every repository with pipelines. */
const STAGES = ["Production", "Staging", "Test"];

function readWith(version: "first" | "second", forkPolicy: string) {
  const deployments = [...STAGES, `Staging ${version}`].sort();
  return { ...READ, file: `# Site, ${version}\n`, deployments, fork_policy: forkPolicy };
}

const HERE = import.meta.dirname;
const RESOURCES_MIN = 20;

const provider = await buildProvider();
const skip = provider.kind === "impossible" ? provider.reason : false;
const pail = openPailCommand();

/** A field of SSH's wire format (RFC 4251, section 5): its length, and itself. */
function field(bytes: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** The public key as a line of `authorized_keys`, the private one as PEM. */
function newKeyPair(): { readonly publicKey: string; readonly privateKey: string } {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const { e, n } = publicKey.export({ format: "jwk" });
  // Both are positive numbers: a leading zero keeps the highest bit from being read as a sign.
  const modulus = Buffer.concat([Buffer.alloc(1), Buffer.from(n!, "base64url")]);
  const blob = Buffer.concat([
    field(Buffer.from("ssh-rsa")),
    field(Buffer.from(e!, "base64url")),
    field(modulus),
  ]);
  return {
    publicKey: `ssh-rsa ${blob.toString("base64")}`,
    privateKey: privateKey.export({ type: "pkcs1", format: "pem" }).toString(),
  };
}

/** Terraform writes into the folder of its configuration. */
function copyOfConfiguration(): string {
  const folder = join(pail.folder, "configuration");
  mkdirSync(folder);
  cpSync(join(HERE, "main.tf"), join(folder, "main.tf"));
  const pipeline = newKeyPair();
  const keys = {
    ada: newKeyPair().publicKey,
    deploy: newKeyPair().publicKey,
    known_host: newKeyPair().publicKey,
    pipeline: pipeline.publicKey,
  };
  const variables = { ssh_keys: keys, pipeline_private_key: pipeline.privateKey };
  writeFileSync(join(folder, "terraform.tfvars.json"), JSON.stringify(variables));
  return folder;
}

test("Terraform applies, changes, imports and destroys a configuration of all its resources", {
  skip,
}, async () => {
  assert.ok(provider.kind === "built");
  const folder = copyOfConfiguration();
  const script = [`cd ${folder} && exec`, process.execPath, join(HERE, "apply-and-destroy.ts")].join(" ");
  const outcome = await pail.run(
    ["run", "--offline", "--seed", join(HERE, "seed.yaml"), "--", "sh", "-c", script],
    { TF_CLI_CONFIG_FILE: provider.configFile, CHECKPOINT_DISABLE: "1" },
  );
  assert.equal(outcome.status, 0, outcome.stderr);
  // Terraform asks for nothing that Pail does not have, and nothing is refused: lines of that would follow.
  assert.match(outcome.stderr, /^pail: \d+ requests, 0 refused\n$/);

  const { types, count, first, second, repositories, left } = JSON.parse(outcome.stdout);
  assert.ok(count >= RESOURCES_MIN);
  assert.deepEqual(types, ALL_TYPES);
  assert.deepEqual(first, readWith("first", "no_public_forks"));
  assert.deepEqual(second, readWith("second", "no_forks"));
  assert.equal(repositories, 3);
  assert.deepEqual(left, { resources: 0, repositories: 0 });
});
