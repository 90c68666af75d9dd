// What the test has `pail run` do with the configuration beside this file: all that people do with Terraform. It prints what it has
// seen, as one JSON object.
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";

const IS_CHANGED = ["-var", "is_changed=true"];
/** Of `plan -detailed-exitcode`. */
const NOTHING_TO_DO = 0;
const OUTPUT_BYTES_MAX = 16 * 1024 ** 2;

type Attributes = Readonly<Record<string, string>>;

const byId = ({ id = "" }: Attributes) => id;

/**
 * What is imported, with the id for that. Not what the provider does not read all of: secrets, the text of a deploy key, a fork's
 * parent, the files of commits.
 */
const IMPORTED: Readonly<Record<string, (attributes: Attributes) => string>> = {
  "bitbucket_branch_restriction.approvals": ({ owner, repository, id }) => `${owner}/${repository}/${id}`,
  "bitbucket_default_reviewers.site": byId,
  "bitbucket_deployment.staging": byId,
  "bitbucket_group.reviewers": byId,
  "bitbucket_group_membership.bob": byId,
  "bitbucket_pipeline_schedule.nightly": byId,
  "bitbucket_pipeline_ssh_known_host.deploy": byId,
  "bitbucket_project.web": byId,
  "bitbucket_project_group_permission.reviewers": byId,
  "bitbucket_project_user_permission.bob": byId,
  "bitbucket_repository.site": byId,
  "bitbucket_repository_group_permission.reviewers": byId,
  "bitbucket_repository_user_permission.bob": byId,
  "bitbucket_repository_variable.debug": ({ repository, key, uuid }) => `${repository}/${key}/${uuid}`,
  "bitbucket_workspace_hook.team": ({ workspace, id }) => `${workspace}/${id}`,
  "bitbucket_workspace_variable.region": ({ workspace, uuid }) => `${workspace}/${uuid}`,
};

const run = promisify(execFile);
const { email, token, workspace } = JSON.parse(readFileSync(process.env.PAIL_CREDENTIALS!, "utf8"));
const env = { ...process.env, BITBUCKET_USERNAME: email, BITBUCKET_PASSWORD: token };

/** @returns what it prints. @throws Error with what it said, if its status is not 0. */
async function terraform(...args: readonly string[]): Promise<string> {
  const { stdout } = await run("terraform", args, { env, maxBuffer: OUTPUT_BYTES_MAX });
  return stdout;
}

const apply = (...variables: readonly string[]) =>
  terraform("apply", "-no-color", "-input=false", "-auto-approve", ...variables);

/** @throws Error with the plan, if there is something to do. */
async function assertNothingToDo(...variables: readonly string[]): Promise<void> {
  const args = ["plan", "-no-color", "-input=false", "-detailed-exitcode", ...variables];
  const plan = await run("terraform", args, { env, maxBuffer: OUTPUT_BYTES_MAX }).catch((error) => error);
  if ((plan.code ?? NOTHING_TO_DO) !== NOTHING_TO_DO) throw new Error(`${plan.stdout}${plan.stderr}`);
}

const readOutput = async () => JSON.parse(await terraform("output", "-json", "read"));

async function readResources(): Promise<readonly { address: string; type: string; values: Attributes }[]> {
  const { values } = JSON.parse(await terraform("show", "-json"));
  return (values?.root_module.resources ?? []).filter(({ mode }: { mode: string }) => mode === "managed");
}

async function countRepositories(): Promise<number> {
  const authorization = `Basic ${Buffer.from(`${email}:${token}`).toString("base64")}`;
  const url = `https://api.bitbucket.org/2.0/repositories/${workspace}`;
  return (await (await fetch(url, { headers: { authorization } })).json()).size;
}

await terraform("init", "-no-color", "-input=false");
await apply();
await assertNothingToDo();
const first = await readOutput();

await apply(...IS_CHANGED);
await assertNothingToDo(...IS_CHANGED);
const second = await readOutput();

const resources = await readResources();
for (const { address, values } of resources) {
  const idOf = IMPORTED[address];
  if (idOf === undefined) continue;
  await terraform("state", "rm", address);
  await terraform("import", "-no-color", "-input=false", ...IS_CHANGED, address, idOf(values));
}
await assertNothingToDo(...IS_CHANGED);

const repositories = await countRepositories();
await terraform("destroy", "-no-color", "-input=false", "-auto-approve", ...IS_CHANGED);
const left = { resources: (await readResources()).length, repositories: await countRepositories() };
const types = [...new Set(resources.map(({ type }) => type.replace(/^bitbucket_/, "")))].sort();
process.stdout.write(JSON.stringify({ types, count: resources.length, first, second, repositories, left }));
