import { rm } from "node:fs/promises";
import { judgeRun } from "../conformance/answers/judge-run.ts";
import { referenceIsMissing } from "../conformance/answers/published-reference.ts";
import { ANSWERS_FOLDER, openAnswersFolder, readAnswers } from "./answers/answers-folder.ts";
import { type PostgresServer, startPostgres } from "./database/postgres.ts";
import { createTemplateDatabase, TEMPLATE_VARIABLE } from "./database/template-database.ts";
import { prepareMemoryFolder } from "./memory-folder.ts";
import { prepareSharedStore } from "./object-store/shared-store.ts";

let server: PostgresServer | undefined;
let stopStore: (() => void) | undefined;
let removeMemoryFolder: (() => void) | undefined;
/** Undefined: answers are not judged here. */
let judgedFolder: string | undefined;

/**
 * Starts one PostgreSQL for all test files, which inherit its URL and the name of its template, unless one is given. The object store is started by the
 * first file that needs it. Every answer of the run is written down: to be judged at its end where the published reference is at
 * hand, or into the folder that the environment names, for `npm run test:reference`.
 */
export async function globalSetup(): Promise<void> {
  removeMemoryFolder = prepareMemoryFolder();
  if (process.env.TEST_DATABASE_URL === undefined) {
    server = await startPostgres();
    process.env.TEST_DATABASE_URL = server.url;
    process.env[TEMPLATE_VARIABLE] = await createTemplateDatabase(server.url);
  }
  stopStore = prepareSharedStore();
  if (process.env[ANSWERS_FOLDER] !== undefined) await openAnswersFolder(process.env[ANSWERS_FOLDER]);
  else if (!referenceIsMissing) judgedFolder = await openAnswersFolder();
}

export async function globalTeardown(): Promise<void> {
  server?.stop();
  stopStore?.();
  try {
    if (judgedFolder === undefined) return;
    // A permission that nothing needed is one too many, but only if everything was run.
    const isWhole = process.env.TEST_RUN === "whole";
    const { summary, complaints } = await judgeRun(readAnswers(judgedFolder), { isWhole });
    console.log(summary);
    if (complaints.length > 0) throw new Error(complaints.join("\n"));
  } catch (error) {
    // What is thrown here is not printed by the runner.
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  } finally {
    if (judgedFolder !== undefined) await rm(judgedFolder, { recursive: true, force: true });
    removeMemoryFolder?.();
  }
}
