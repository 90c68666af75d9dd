import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startApp } from "../app.ts";
import { operatorBy } from "../authorization/operator-by.ts";
import { openControlled } from "../cli/control/open-controlled.ts";
import { describeDemoCredentials } from "../cli/demo/demo-credentials.ts";
import { openDemoData } from "../cli/demo/demo-data.ts";
import { renewDemoTokens } from "../cli/demo/demo-tokens.ts";
import { openLog } from "../cli/start/open-log.ts";
import type { Config } from "../config/config.ts";
import { readConfig } from "../config/read-config.ts";
import { SETTINGS } from "../config/settings.ts";
import type { Ports } from "../ports.ts";
import { applySeed } from "../seeds/apply-seed.ts";
import { parseSeedObject } from "../seeds/parse-seed.ts";
import { readSeedFile } from "../seeds/read-seed-file.ts";
import { suggestion } from "../seeds/seed-checker.ts";
import { describeSeedCredentials } from "../seeds/seed-result.ts";
import type { Credentials, PailOptions } from "./pail.ts";
import type { StartedPail } from "./started-pail.ts";

/** @throws Error as `startPail`. */
export async function startInProcess(options: PailOptions): Promise<StartedPail> {
  const { seed: given } = options;
  const seed =
    given === undefined
      ? undefined
      : typeof given === "string"
        ? await readSeedFile(given)
        : parseSeedObject(given);
  const folder = await mkdtemp(join(tmpdir(), "pail-testing-"));
  const undo: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })];
  const close = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const opened = await openControlled(configIn(folder, options), openLog("silent"), {
      catchesWebhooks: options.sendWebhooks !== true,
    });
    undo.push(opened.close);
    const { standIn } = opened;
    const { ports } = standIn;
    const describe = seed === undefined ? await prepareDemo(ports) : await prepareSeed(ports, seed);
    const app = await startApp(ports, { sharesPort: false });
    undo.push(app.close);
    await standIn.start();
    undo.push(standIn.close);
    const control = await opened.startControl({ socketPath: undefined, port: undefined });
    undo.push(control.close);
    return { credentials: describe(app.url), environment: control.variables, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Nothing of the environment counts: tests mean the same everywhere. */
function configIn(folder: string, { settings = {} }: PailOptions): Config {
  const unknown = Object.keys(settings).filter((name) => !SETTING_NAMES.includes(name));
  if (unknown.length > 0) throw new Error(`Wrong settings:\n${unknown.map(describeUnknown).join("\n")}`);
  const flags = { webhookPrivateTargets: true, importPrivateSources: true, ...settings };
  const outcome = readConfig({ ...flags, data: join(folder, "data"), port: "0" }, {});
  if (outcome.kind === "wrong") throw new Error(`Wrong settings:\n${outcome.problems.join("\n")}`);
  return outcome.config;
}

const SETTING_NAMES: readonly string[] = SETTINGS.map(({ name }) => name);

function describeUnknown(name: string): string {
  return `${name}: there is no such setting${suggestion(name, SETTING_NAMES)}`;
}

type Describe = (url: string) => Credentials;

async function prepareDemo(ports: Ports): Promise<Describe> {
  const by = operatorBy(ports);
  const demo = await openDemoData(ports, by);
  const tokens = await renewDemoTokens(ports, by, demo.account);
  return (url) => describeDemoCredentials(url, demo, tokens, undefined);
}

async function prepareSeed(ports: Ports, seed: Parameters<typeof applySeed>[2]): Promise<Describe> {
  const result = await applySeed(ports, operatorBy(ports), seed);
  return (url) => describeSeedCredentials(url, result, undefined);
}
