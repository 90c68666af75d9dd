import { readFile } from "node:fs/promises";
import type { Command } from "commander";
import { STEP_RESULTS } from "../../model/pipeline.ts";
import { examples } from "../program.ts";
import { printJson, printLine, printTable } from "../terminal/print.ts";
import { UsageError } from "../terminal/problem.ts";
import { addControlOptions, askControl, type ControlOptions } from "./control-client.ts";

type ShownPipeline = {
  readonly build_number: number;
  readonly status: string;
  readonly steps: readonly {
    readonly number: number;
    readonly name: string | null;
    readonly status: string;
  }[];
};

type Options = ControlOptions & {
  readonly step?: string;
  readonly result?: string;
  readonly message?: string;
  readonly key?: string;
  readonly text?: string;
  readonly file?: string;
  readonly json?: true;
};

export function addPipeline(control: Command): void {
  const pipeline = control
    .command("pipeline")
    .description("Moves pipelines, which nothing else does: no server runs them.")
    .addHelpText(
      "after",
      examples(
        "pail control pipeline start acme/demo 1",
        "pail control pipeline log acme/demo 1 --text 'npm ci'",
        "pail control pipeline finish acme/demo 1 --result SUCCESSFUL",
      ),
    );
  const show = onPipeline(pipeline, "show", "Shows how far a pipeline and its steps are.");
  show.option("--json", "as a JSON object").action(async (repository, number, options: Options) => {
    const shown = await ask(options, "GET", pathOf(repository, number));
    if (options.json === true) printJson(shown);
    else printPipeline(shown as ShownPipeline);
  });
  const start = onPipeline(pipeline, "start", "Lets a step run.");
  withStep(start).action(async (repository, number, options: Options) => {
    const path = `${pathOf(repository, number, options.step ?? "next")}/start`;
    printPipeline((await ask(options, "POST", path)) as ShownPipeline);
  });
  addLog(pipeline);
  addFinish(pipeline);
  addReport(pipeline);
}

function addLog(pipeline: Command): void {
  const log = onPipeline(pipeline, "log", "Appends to the log of a step.");
  withStep(log)
    .option("--text <text>", "a line")
    .option("--file <file>", "a file with what is logged")
    .action(async (repository, number, options: Options) => {
      if ((options.text === undefined) === (options.file === undefined))
        throw new UsageError("log: give either --text or --file");
      const text = options.text === undefined ? await readText(options.file!) : `${options.text}\n`;
      const path = `${pathOf(repository, number, options.step ?? "next")}/log`;
      const { bytes } = (await ask(options, "POST", path, { text })) as { readonly bytes: number };
      printLine(`The log has ${bytes} bytes`);
    });
}

function addFinish(pipeline: Command): void {
  const finish = onPipeline(pipeline, "finish", "Ends a step, or all steps that have not ended.");
  withStep(finish, "(default: all that have not ended)")
    .requiredOption("--result <result>", STEP_RESULTS.join(", "))
    .option("--message <text>", "of an error")
    .option("--key <text>", "of an error, as Bitbucket has it")
    .action(async (repository, number, options: Options) => {
      const { step, result, message, key } = options;
      const error =
        message === undefined && key === undefined
          ? {}
          : { error: { message: message ?? "", key: key ?? "" } };
      const path = `${pathOf(repository, number, step)}/finish`;
      printPipeline((await ask(options, "POST", path, { result, ...error })) as ShownPipeline);
    });
}

function addReport(pipeline: Command): void {
  const report = onPipeline(pipeline, "report", "Reports test cases of a step, from a file of JSON.");
  withStep(report)
    .requiredOption("--file <file>", 'a list such as [{"name": "adds", "status": "SUCCESSFUL"}]')
    .action(async (repository, number, options: Options) => {
      const cases = parseList(await readText(options.file!));
      const path = `${pathOf(repository, number, options.step ?? "next")}/test-cases`;
      await ask(options, "POST", path, { test_cases: cases });
      printLine(`Reported ${cases.length} test cases`);
    });
}

export function addSchedule(control: Command): void {
  const schedule = control
    .command("schedule")
    .description("Runs schedules of pipelines, which never start by their time.")
    .addHelpText("after", examples("pail control schedule run acme/demo '{uuid}'"));
  const run = schedule
    .command("run")
    .description("Runs the pipeline of a schedule, which then is pending.")
    .argument("<repository>", "such as acme/demo")
    .argument("<schedule>", "its UUID");
  addControlOptions(run).action(async (repository: string, uuid: string, options: ControlOptions) => {
    const path = `/schedules/${segments(repository)}/${encodeURIComponent(uuid)}/run`;
    printPipeline((await ask(options, "POST", path)) as ShownPipeline);
  });
}

function onPipeline(parent: Command, name: string, description: string): Command {
  const command = parent
    .command(name)
    .description(description)
    .argument("<repository>", "such as acme/demo")
    .argument("<pipeline>", "its number or UUID");
  return addControlOptions(command);
}

function withStep(command: Command, byDefault = "(default: the first that has not ended)"): Command {
  return command.option("--step <step>", `its number from 1, its name or its UUID ${byDefault}`);
}

function segments(repository: string): string {
  const parts = repository.split("/");
  if (parts.length !== 2) throw new UsageError(`${repository}: must be such as acme/demo`);
  return parts.map(encodeURIComponent).join("/");
}

function pathOf(repository: string, pipeline: string, step?: string): string {
  const path = `/pipelines/${segments(repository)}/${encodeURIComponent(pipeline)}`;
  return step === undefined ? path : `${path}/steps/${encodeURIComponent(step)}`;
}

function ask(options: Options, method: "GET" | "POST", path: string, body?: object) {
  return askControl(options, { method, path, ...(body === undefined ? {} : { body }) });
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch {
    throw new UsageError(`${file}: cannot be read`);
  }
}

function parseList(text: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(text);
    if (Array.isArray(value)) return value;
  } catch {
    // Told below.
  }
  throw new UsageError("--file: must be a list in JSON");
}

function printPipeline({ build_number, status, steps }: ShownPipeline): void {
  printLine(`Pipeline ${build_number}: ${status}`);
  const rows = steps.map((step) => [String(step.number), step.name ?? "", step.status]);
  printTable(["step", "name", "status"], rows, "It has no steps");
}
