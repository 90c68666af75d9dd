import { operatorBy } from "../authorization/operator-by.ts";
import type { TypeBuilder } from "../http/routes/body-schema.ts";
import { findNamedRepository } from "../http/routes/named-subjects.ts";
import { type Answer, jsonAnswer } from "../http/server/answer.ts";
import { Failure } from "../model/failure.ts";
import {
  type Pipeline,
  type PipelineStep,
  STEP_RESULTS,
  stepResultOf,
  TEST_CASE_STATUSES,
} from "../model/pipeline.ts";
import { fullName, type Repository } from "../model/repository.ts";
import { bracedUuid, parseUuid } from "../model/uuid.ts";
import { addCache } from "../operations/pipelines/caches.ts";
import { getPipeline } from "../operations/pipelines/get-pipeline.ts";
import {
  appendLog,
  finishPipeline,
  finishStep,
  reportTestCases,
  type StepKey,
  startStep,
} from "../operations/pipelines/move-step.ts";
import { executeSchedule, getSchedule } from "../operations/pipelines/schedules.ts";
import type { By, Ports } from "../ports.ts";
import type { StandIn } from "../stand-in/stand-in.ts";
import { listSteps } from "../storage/sql/pipelines/steps.ts";
import { type ControlRoute, withBody } from "./control-route.ts";

const PIPELINE = "/pipelines/{workspace}/{repo_slug}/{pipeline}";
/** A number from 1, a name, a UUID, or `next`. */
const STEP = `${PIPELINE}/steps/{step}`;

const LOG_TEXT_LENGTH_MAX = 1024 * 1024;
const TEXT_LENGTH_MAX = 1024;
const REASON_LENGTH_MAX = 16 * 1024;
const CASES_MAX = 1_000;

type Params = Readonly<Record<string, string>>;

const resultBody = (type: TypeBuilder) =>
  type.Object(
    {
      result: type.Union(STEP_RESULTS.map((each) => type.Literal(each))),
      error: type.Optional(
        type.Object({
          key: type.String({ maxLength: TEXT_LENGTH_MAX }),
          message: type.String({ maxLength: REASON_LENGTH_MAX }),
        }),
      ),
    },
    { additionalProperties: false },
  );

const logBody = (type: TypeBuilder) =>
  type.Object({ text: type.String({ maxLength: LOG_TEXT_LENGTH_MAX }) }, { additionalProperties: false });

const reportBody = (type: TypeBuilder) => {
  const text = type.String({ maxLength: TEXT_LENGTH_MAX });
  const testCase = type.Object(
    {
      name: text,
      fully_qualified_name: type.Optional(text),
      package_name: type.Optional(text),
      status: type.Union(TEST_CASE_STATUSES.map((each) => type.Literal(each))),
      duration_ms: type.Optional(type.Integer({ minimum: 0, maximum: 86_400_000 })),
      reason: type.Optional(type.String({ maxLength: REASON_LENGTH_MAX })),
    },
    { additionalProperties: false },
  );
  return type.Object(
    { test_cases: type.Array(testCase, { minItems: 1, maxItems: CASES_MAX }) },
    { additionalProperties: false },
  );
};

const cacheBody = (type: TypeBuilder) =>
  type.Object(
    {
      name: type.String({ minLength: 1, maxLength: TEXT_LENGTH_MAX }),
      key_hash: type.Optional(type.String({ maxLength: TEXT_LENGTH_MAX })),
      path: type.Optional(type.String({ maxLength: TEXT_LENGTH_MAX })),
      file_size_bytes: type.Optional(type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })),
    },
    { additionalProperties: false },
  );

export const PIPELINE_ROUTES: readonly ControlRoute[] = [
  {
    method: "GET",
    path: PIPELINE,
    summary: "how far a pipeline and its steps are",
    async handle(standIn, { params }) {
      const { ports, pipeline } = await findPipeline(standIn, params);
      return shown(ports, pipeline);
    },
  },
  {
    method: "POST",
    path: `${STEP}/start`,
    summary: "let a step of a pipeline run",
    async handle(standIn, { params }) {
      const { ports, by, repository, key } = await findStep(standIn, params);
      return shown(ports, await startStep(ports, by, repository, key));
    },
  },
  withBody({
    method: "POST",
    path: `${STEP}/log`,
    summary: "append to the log of a step",
    body: logBody,
    async handle(standIn, { params, body }) {
      const { by, repository, key } = await findStep(standIn, params);
      return jsonAnswer(200, { bytes: await appendLog(by, repository, key, Buffer.from(body.text)) });
    },
  }),
  withBody({
    method: "POST",
    path: `${STEP}/finish`,
    summary: "end a step of a pipeline with a result",
    body: resultBody,
    async handle(standIn, { params, body: { result, error } }) {
      const { ports, by, repository, key } = await findStep(standIn, params);
      return shown(ports, await finishStep(ports, by, repository, { ...key, result, error }));
    },
  }),
  withBody({
    method: "POST",
    path: `${STEP}/test-cases`,
    summary: "report test cases of a step",
    body: reportBody,
    async handle(standIn, { params, body }) {
      const { ports, by, repository, key } = await findStep(standIn, params);
      const cases = body.test_cases.map((each) => ({
        name: each.name,
        fullyQualifiedName: each.fully_qualified_name ?? each.name,
        packageName: each.package_name ?? "",
        status: each.status,
        durationMs: each.duration_ms ?? 0,
        reason: each.reason,
      }));
      await reportTestCases(ports, by, repository, key, cases);
      return jsonAnswer(200, { test_cases: cases.length });
    },
  }),
  withBody({
    method: "POST",
    path: `${STEP}/caches`,
    summary: "say that a step has left a cache",
    body: cacheBody,
    async handle(standIn, { params, body }) {
      const { ports, by, repository, key } = await findStep(standIn, params);
      const { name, key_hash: keyHash = "", path = name, file_size_bytes: sizeBytes = 0 } = body;
      const { uuid } = await addCache(ports, by, repository, { ...key, name, keyHash, path, sizeBytes });
      return jsonAnswer(201, { uuid: bracedUuid(uuid) });
    },
  }),
  withBody({
    method: "POST",
    path: `${PIPELINE}/finish`,
    summary: "end all steps of a pipeline that have not ended with a result",
    body: resultBody,
    async handle(standIn, { params, body: { result, error } }) {
      const { ports, by, repository, pipeline } = await findPipeline(standIn, params);
      return shown(
        ports,
        await finishPipeline(ports, by, repository, { pipelineUuid: pipeline.uuid, result, error }),
      );
    },
  }),
  {
    method: "POST",
    path: "/schedules/{workspace}/{repo_slug}/{schedule}/run",
    summary: "run the pipeline of a schedule, as its time would",
    async handle(standIn, { params }) {
      const { ports, by, repository } = await findRepository(standIn, params);
      const schedule = await getSchedule(ports, repository, params.schedule!);
      return shown(ports, await executeSchedule(ports, by, repository, schedule));
    },
  },
];

async function shown(ports: Ports, pipeline: Pipeline): Promise<Answer> {
  const steps = await listSteps(ports.database.kysely, pipeline.uuid);
  return jsonAnswer(200, {
    uuid: bracedUuid(pipeline.uuid),
    build_number: pipeline.buildNumber,
    status: pipeline.status,
    steps: steps.map(({ uuid, position, name, status }) => ({
      uuid: bracedUuid(uuid),
      number: position + 1,
      name: name ?? null,
      status,
    })),
  });
}

type FoundRepository = { readonly ports: Ports; readonly by: By; readonly repository: Repository };

async function findRepository({ ports }: StandIn, params: Params): Promise<FoundRepository> {
  const repository = await findNamedRepository(ports, params);
  if (repository === undefined)
    throw new Failure("not-found", `There is no repository ${params.workspace}/${params.repo_slug}`);
  return { ports, by: operatorBy(ports), repository };
}

async function findPipeline(standIn: StandIn, params: Params) {
  const found = await findRepository(standIn, params);
  return { ...found, pipeline: await getPipeline(found.ports, found.repository, params.pipeline!) };
}

async function findStep(
  standIn: StandIn,
  params: Params,
): Promise<FoundRepository & { readonly key: StepKey }> {
  const { pipeline, ...found } = await findPipeline(standIn, params);
  const steps = await listSteps(found.ports.database.kysely, pipeline.uuid);
  const step = steps.find(stepNamed(params.step!));
  if (step === undefined) {
    const where = `pipeline ${pipeline.buildNumber} of ${fullName(found.repository)}`;
    if (params.step === "next") throw new Failure("not-found", `Every step of ${where} has ended`);
    throw new Failure("not-found", `There is no step ${JSON.stringify(params.step)} in ${where}`);
  }
  return { ...found, key: { pipelineUuid: pipeline.uuid, stepUuid: step.uuid } };
}

/** `next` is the first one that has not ended. */
function stepNamed(text: string): (step: PipelineStep) => boolean {
  if (text === "next") return ({ status }) => stepResultOf(status) === undefined;
  const uuid = parseUuid(text);
  return (step) => step.uuid === uuid || String(step.position + 1) === text || step.name === text;
}
