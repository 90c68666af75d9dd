import { STEP_RESULTS } from "../../model/pipeline.ts";
import type { Repository } from "../../model/repository.ts";
import { appendLog, finishPipeline, finishStep, startStep } from "../../operations/pipelines/move-step.ts";
import { runPipeline } from "../../operations/pipelines/run-pipeline.ts";
import type { By, Ports } from "../../ports.ts";
import { listSteps } from "../../storage/sql/pipelines/steps.ts";
import {
  accountName,
  CLOSED,
  ENTRIES_MAX,
  type Entry,
  name,
  type TypeBuilder,
  text,
} from "../schema-parts.ts";
import type { SeedChecker } from "../seed-checker.ts";
import type { SeedContext } from "../seed-context.ts";
import type { SeedPath } from "../seed-path.ts";
import { HOUR_MS, MINUTE_MS } from "../seed-time.ts";

const LOG_LENGTH_MAX = 1_000_000;
const STEPS_MAX = 100;

const stepSchema = (type: TypeBuilder) =>
  type.Object(
    {
      name: type.Optional(name(type, "As the file has it. Without one: the step at the same place")),
      result: type.Optional(type.Enum([...STEP_RESULTS], { description: "Without one: it runs still" })),
      log: type.Optional(text(type, "What it has written", LOG_LENGTH_MAX)),
    },
    CLOSED,
  );

const runSchema = (type: TypeBuilder) =>
  type.Object(
    {
      branch: name(type, "What it ran on. Its last commit needs a bitbucket-pipelines.yml"),
      creator: type.Optional(accountName(type, "Who has started it")),
      steps: type.Optional(
        type.Array(stepSchema(type), { maxItems: STEPS_MAX, description: "Those that have started" }),
      ),
      result: type.Optional(
        type.Enum([...STEP_RESULTS], { description: "Of all steps that are not described, or run still" }),
      ),
    },
    CLOSED,
  );

export const runsSchema = (type: TypeBuilder) =>
  type.Array(runSchema(type), {
    maxItems: ENTRIES_MAX,
    description: "Pipelines, numbered from next_build_number. Without steps and result they are pending",
  });

type Run = Entry<typeof runSchema>;

export function checkRuns(
  checker: SeedChecker,
  runs: readonly Run[] | undefined,
  path: SeedPath,
  repository: string,
): void {
  for (const [index, { branch, creator }] of (runs ?? []).entries()) {
    checker.requireBranch(repository, branch, [...path, index, "branch"]);
    if (creator !== undefined) checker.require("account", creator, [...path, index, "creator"]);
  }
}

export async function applyRuns(
  context: SeedContext,
  repository: Repository,
  runs: readonly Run[],
  path: SeedPath,
): Promise<void> {
  for (const [index, run] of runs.entries()) {
    const place = [...path, index];
    // They are listed by the times of their creation.
    const at = new Date(context.time.getTime() + 2 * HOUR_MS + index * HOUR_MS);
    await context.attempt(place, async () => {
      const as = run.creator === undefined ? {} : { as: context.find("account", run.creator) };
      const entry = { path: place, name: `pipeline ${repository.uuid} ${index}`, at, ...as };
      await context.make(entry, (ports, by) => applyRun(context, ports, by, repository, run, place));
    });
  }
}

async function applyRun(
  context: SeedContext,
  ports: Ports,
  by: By,
  repository: Repository,
  { branch, steps = [], result }: Run,
  path: SeedPath,
): Promise<void> {
  const { uuid: pipelineUuid } = await runPipeline(ports, by, repository, {
    target: { kind: "ref", refType: "branch", refName: branch, commit: undefined, selector: undefined },
    variables: [],
  });
  let now = ports.clock().getTime();
  const moving = { ...ports, clock: () => new Date(now) };
  const made = await listSteps(ports.database.kysely, pipelineUuid);
  for (const [index, step] of steps.entries()) {
    const found = step.name === undefined ? made[index] : made.find((each) => each.name === step.name);
    if (found === undefined) {
      const what = `the pipeline has no such step: it has ${made.map((each, at) => each.name ?? at + 1).join(", ")}`;
      context.problem([...path, "steps", index, ...(step.name === undefined ? [] : ["name"])], what);
      return;
    }
    const key = { pipelineUuid, stepUuid: found.uuid };
    if (step.result !== "NOT_RUN") await startStep(moving, by, repository, key);
    if (step.log !== undefined) await appendLog(by, repository, key, Buffer.from(step.log));
    now += MINUTE_MS;
    if (step.result !== undefined) await finishStep(moving, by, repository, { ...key, result: step.result });
  }
  if (result !== undefined) await finishPipeline(moving, by, repository, { pipelineUuid, result });
}
