import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

/** A composite action, as far as this runs one. */
export type Action = {
  readonly inputs: Readonly<Record<string, { readonly default?: string; readonly required?: boolean }>>;
  readonly outputs: Readonly<Record<string, { readonly value: string }>>;
  readonly runs: {
    readonly using: string;
    readonly steps: readonly {
      readonly id?: string;
      readonly shell: string;
      readonly env?: Readonly<Record<string, string>>;
      readonly run: string;
    }[];
  };
};

type Job = {
  readonly outputs: Readonly<Record<string, string>>;
  /** What is not shown in logs. */
  readonly masked: readonly string[];
  /** Runs a step of the job, after those of the action. */
  run(script: string, environment: Readonly<Record<string, string>>): Promise<void>;
  /** Ends what the steps have left, as a runner does at the end of a job. */
  end(): Promise<void>;
};

type Settings = {
  readonly inputs: Readonly<Record<string, string>>;
  readonly workspace: string;
  readonly temporaryFolder: string;
  readonly environment: NodeJS.ProcessEnv;
};

/**
 * Runs the steps with bash, and with the files by which they tell the runner something.
 *
 * Source: GitHub's documentation, "Workflow syntax for GitHub Actions" (shell) and "Workflow commands for GitHub Actions".
 */
export async function runAction(action: Action, settings: Settings): Promise<Job> {
  assert.equal(action.runs.using, "composite");
  await mkdir(settings.temporaryFolder, { recursive: true });
  const values: Record<string, string> = {};
  for (const [name, { default: value, required }] of Object.entries(action.inputs)) {
    const given = settings.inputs[name] ?? value;
    assert.ok(given !== undefined || required !== true, `input ${name} is required`);
    values[`inputs.${name}`] = given ?? "";
  }
  const fill = (text: string) =>
    text.replace(/\$\{\{ *([\w.-]+) *\}\}/g, (_, name: string) => {
      const value = values[name];
      assert.ok(value !== undefined, `nothing is known of ${name}`);
      return value;
    });
  const masked: string[] = [];
  // A runner finds the processes of a job by a variable too.
  const marker = `RUNNER_TRACKING_ID=${settings.temporaryFolder}`;
  let environment: NodeJS.ProcessEnv = {
    ...settings.environment,
    RUNNER_TEMP: settings.temporaryFolder,
    RUNNER_TRACKING_ID: settings.temporaryFolder,
  };
  const runStep = async (script: string, more: Readonly<Record<string, string>>, id = "") => {
    const files = Object.fromEntries(
      ["GITHUB_ENV", "GITHUB_PATH", "GITHUB_OUTPUT"].map((name) => [
        name,
        join(settings.temporaryFolder, name),
      ]),
    );
    for (const file of Object.values(files)) await writeFile(file, "");
    const scriptFile = join(settings.temporaryFolder, "step.sh");
    await writeFile(scriptFile, script);
    const { stdout } = await run("bash", ["--noprofile", "--norc", "-eo", "pipefail", scriptFile], {
      cwd: settings.workspace,
      env: { ...environment, ...files, ...more },
      timeout: 120_000,
    });
    masked.push(...Array.from(stdout.matchAll(/^::add-mask::(.*)$/gm), ([, value]) => value!));
    const lines = async (name: string) =>
      (await readFile(files[name]!, "utf8")).split("\n").filter((line) => line !== "");
    const pairs = async (name: string) =>
      (await lines(name)).map((line) => [
        line.slice(0, line.indexOf("=")),
        line.slice(line.indexOf("=") + 1),
      ]);
    const path = [...(await lines("GITHUB_PATH")).reverse(), environment.PATH].join(delimiter);
    environment = { ...environment, ...Object.fromEntries(await pairs("GITHUB_ENV")), PATH: path };
    for (const [name, value] of await pairs("GITHUB_OUTPUT")) values[`steps.${id}.outputs.${name}`] = value!;
  };
  for (const { id, shell, env = {}, run: script } of action.runs.steps) {
    assert.equal(shell, "bash");
    const filled = Object.entries(env).map(([name, value]) => [name, fill(value)]);
    assert.ok(!script.includes("${{"), "what is given to an action must not become part of a script");
    await runStep(script, Object.fromEntries(filled), id);
  }
  return {
    outputs: Object.fromEntries(
      Object.entries(action.outputs).map(([name, { value }]) => [name, fill(value)]),
    ),
    masked,
    run: (script, more) => runStep(script, more),
    end: () => endMarked(marker),
  };
}

async function endMarked(marker: string): Promise<void> {
  const find = async () => {
    const { stdout } = await run("sh", [
      "-c",
      'for file in /proc/[0-9]*/environ; do if tr "\\0" "\\n" <"$file" 2>/dev/null | grep -qxF "$0"; then echo "$file"; fi; done',
      marker,
    ]);
    return Array.from(stdout.matchAll(/\d+/g), ([pid]) => Number(pid));
  };
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const pids = await find();
    if (pids.length === 0) return;
    for (const pid of pids)
      try {
        process.kill(pid, "SIGTERM");
      } catch {
        // It has ended meanwhile.
      }
    await setTimeout(100);
  }
  assert.fail("a process of the job does not end");
}
