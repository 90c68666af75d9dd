import type { Document, Node } from "yaml";
import { branchPatternLength, matchesBranchPattern } from "../../model/branch-pattern.ts";
import type { PipelineError, PipelineSelector, SelectorType } from "../../model/pipeline.ts";

export const DEFINITION_FILE = "bitbucket-pipelines.yml";

/** Our choice, as are the other limits below but the number of steps: far above any file that people write. */
export const DEFINITION_BYTES_MAX = 128 * 1024;
/** Nested deeper than any section. */
const DEPTH_MAX = 32;
/** How often anchors may be used: beyond, a small file could stand for a huge one. */
const ALIASES_MAX = 100;
/** Values, and characters of texts, with those that aliases repeat. */
const VALUES_MAX = 100_000;
const CHARACTERS_MAX = 1024 * 1024;
/** Of one section, with their alternatives written out: each is compared with the name of a ref. */
const PATTERNS_LENGTH_MAX = 20_000;
/** Source: Bitbucket's documentation, "Bitbucket Pipelines configuration reference", limits of steps. */
export const STEPS_MAX = 100;
const COMMANDS_MAX = 1_000;
const COMMAND_LENGTH_MAX = 64 * 1024;
const NAME_LENGTH_MAX = 255;
const ERROR_LENGTH_MAX = 2_000;
const MAX_MINUTES_DEFAULT = 120;
const MAX_MINUTES_MAX = 720;
/** Source: the same reference: where no image is named, this one is used. */
const IMAGE_DEFAULT = "atlassian/default-image:latest";

/** A step as the file defines it. */
export type DefinedStep = {
  readonly name: string | undefined;
  readonly image: string;
  readonly isManual: boolean;
  readonly deployment: string | undefined;
  readonly maxMinutes: number;
  readonly scriptCommands: readonly string[];
  readonly afterCommands: readonly string[];
};

/** What a file says, as far as its outermost sections go. */
export type Definition = {
  readonly image: string;
  readonly maxMinutes: number;
  /** The value of each selector's pattern; that of `default` has none. */
  readonly sections: ReadonlyMap<SelectorType, ReadonlyMap<string, unknown>>;
};

export type Parsed<Value> =
  | { readonly kind: "parsed"; readonly value: Value }
  | { readonly kind: "broken"; readonly error: PipelineError };

/** Thrown within this file alone. */
class BrokenDefinition extends Error {
  readonly reason: PipelineError;

  constructor(reason: PipelineError) {
    super(reason.message);
    this.reason = reason;
  }
}

/** Reads a file. Keys and texts of errors: contract, rest-of-api.md §3.5; where none is known, the text is ours. */
export async function parseDefinition(text: string): Promise<Parsed<Definition>> {
  return catchBroken(async () => {
    const file = requireMap(await parseYaml(text), []);
    if (file.pipelines === undefined) throw missingSection("pipelines", []);
    const pipelines = requireMap(file.pipelines, ["pipelines"]);
    const sections = new Map<SelectorType, ReadonlyMap<string, unknown>>();
    if (pipelines.default !== undefined) sections.set("default", new Map([["", pipelines.default]]));
    for (const type of ["branches", "tags", "bookmarks", "custom", "pull-requests"] as const) {
      const section = pipelines[type];
      if (section !== undefined) sections.set(type, readSection(section, ["pipelines", type]));
    }
    if (sections.size === 0) throw missingSection("default", ["pipelines"]);
    const options = file.options === undefined ? {} : requireMap(file.options, ["options"]);
    return {
      image: file.image === undefined ? IMAGE_DEFAULT : readImage(file.image, ["image"]),
      maxMinutes: readMinutes(options["max-time"], ["options", "max-time"]) ?? MAX_MINUTES_DEFAULT,
      sections,
    };
  });
}

function readSection(value: unknown, path: SectionPath): ReadonlyMap<string, unknown> {
  const section = new Map(Object.entries(requireMap(value, path)));
  let length = 0;
  for (const name of section.keys()) {
    if (/\p{Cc}/u.test(name) || !name.isWellFormed())
      throw broken("parse-error", path, "A name in this section has a control character.");
    length += branchPatternLength(name);
  }
  if (length > PATTERNS_LENGTH_MAX)
    throw broken(
      "parse-error",
      path,
      `The patterns have more than ${PATTERNS_LENGTH_MAX} characters, with their alternatives written out.`,
    );
  return section;
}

/**
 * The section that a selector names, or that the name of a ref selects: its key as the file has it. An exact name goes before
 * patterns, and of these the first one counts.
 */
export function findSelector(
  { sections }: Definition,
  { type, pattern }: { readonly type: SelectorType; readonly pattern: string | undefined },
): PipelineSelector | undefined {
  const section = sections.get(type);
  if (section === undefined) return undefined;
  if (type === "default") return { type, pattern: undefined };
  if (pattern === undefined) return undefined;
  if (section.has(pattern)) return { type, pattern };
  if (type === "custom") return undefined;
  const found = [...section.keys()].find((each) => matchesBranchPattern(each, pattern));
  return found === undefined ? undefined : { type, pattern: found };
}

/** The steps of a section that `findSelector` has found, in the order of the file. */
export async function readSteps(
  definition: Definition,
  { type, pattern }: PipelineSelector,
): Promise<Parsed<readonly DefinedStep[]>> {
  return catchBroken(async () => {
    const section = definition.sections.get(type)?.get(pattern ?? "");
    const path = ["pipelines", type, ...(pattern === undefined ? [] : [pattern])];
    const isImported = isMap(section) && section.import !== undefined;
    if (isImported)
      throw broken("parse-error", path, "Pipelines of other repositories cannot be imported here.");
    const steps = readItems(definition, section, path);
    if (steps.length === 0) throw missingSection("step", path);
    return steps;
  });
}

async function catchBroken<Value>(read: () => Promise<Value>): Promise<Parsed<Value>> {
  try {
    return { kind: "parsed", value: await read() };
  } catch (error) {
    if (error instanceof BrokenDefinition) return { kind: "broken", error: error.reason };
    throw error;
  }
}

/** Loaded with the first file: most servers never read one. */
async function parseYaml(text: string): Promise<unknown> {
  const { default: yaml } = await import("yaml");
  try {
    const lines = new yaml.LineCounter();
    // Comparing every two keys of a long map would take quadratic time; of two keys the last one counts. Showing where each error
    // is would too, where there are as many as characters.
    const document = yaml.parseDocument(text, {
      merge: true,
      uniqueKeys: false,
      logLevel: "silent",
      prettyErrors: false,
      lineCounter: lines,
    });
    const [problem] = document.errors;
    if (problem !== undefined) {
      const { line, col } = lines.linePos(problem.pos[0]);
      throw broken("parse-error", [], `${firstLine(problem.message)} at line ${line}, column ${col}.`);
    }
    refuseHuge(document, yaml);
    return document.toJS({ maxAliasCount: ALIASES_MAX }) as unknown;
  } catch (error) {
    if (error instanceof BrokenDefinition) throw error;
    // RangeError: nested so deeply that the parser gives up. ReferenceError: too many aliases, or one without its anchor.
    if (error instanceof RangeError) throw broken("parse-error", [], "It is nested too deeply.");
    if (error instanceof ReferenceError) throw broken("parse-error", [], `${firstLine(error.message)}.`);
    throw error;
  }
}

/** Walks through the file as it is with all aliases replaced by what they stand for, and no further than the limits. */
function refuseHuge(document: Document.Parsed, yaml: typeof import("yaml")): void {
  const anchors = new Map<string, Node>();
  /** An alias means the last anchor of its name that stands before it, also where it is repeated after another one. */
  const targets = new Map<Node, Node | undefined>();
  const open = new Set<Node>();
  let values = 0;
  let characters = 0;

  function measure(node: Node | null, depth: number): void {
    values += 1;
    if (values > VALUES_MAX) throw broken("parse-error", [], `It has more than ${VALUES_MAX} values.`);
    if (depth > DEPTH_MAX) throw broken("parse-error", [], `It is nested deeper than ${DEPTH_MAX} levels.`);
    if (node === null) return;
    if (yaml.isAlias(node)) {
      if (!targets.has(node)) targets.set(node, anchors.get(node.source));
      const target = targets.get(node);
      if (target === undefined) return;
      if (open.has(target)) throw broken("parse-error", [], `The anchor ${node.source} is part of itself.`);
      measure(target, depth);
      return;
    }
    if (yaml.isScalar(node)) {
      characters += String(node.value).length;
      if (characters > CHARACTERS_MAX)
        throw broken("parse-error", [], `It has more than ${CHARACTERS_MAX} characters.`);
    }
    if ((yaml.isScalar(node) || yaml.isCollection(node)) && node.anchor !== undefined)
      anchors.set(node.anchor, node);
    if (!yaml.isCollection(node)) return;
    open.add(node);
    for (const item of node.items)
      for (const part of yaml.isPair(item) ? [item.key, item.value] : [item])
        measure(part as Node | null, depth + 1);
    open.delete(node);
  }

  measure(document.contents, 0);
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0]!.replace(/[.:]$/, "");
}

type SectionPath = readonly (string | number)[];

function broken(key: string, path: SectionPath, problem: string): BrokenDefinition {
  const place = path.length === 0 ? "" : ` at [${path.join(" > ")}]`;
  const message = `There is an error in your ${DEFINITION_FILE}${place}. To be precise: ${problem}`;
  return new BrokenDefinition({
    key: `plan-service.parse.${key}`,
    // Names in it are as the file has them, and databases cannot store U+0000.
    message: message
      .replaceAll(/\p{Cc}/gu, " ")
      .slice(0, ERROR_LENGTH_MAX)
      .toWellFormed(),
  });
}

function missingSection(name: string, path: SectionPath): BrokenDefinition {
  return broken("missing-section", path, `The section "${name}" is missing.`);
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function nounOf(value: unknown): string {
  if (value === null || value === undefined) return "null or empty";
  if (Array.isArray(value)) return "a list";
  return isMap(value) ? "a map" : `a ${typeof value}`;
}

function requireMap(value: unknown, path: SectionPath): Readonly<Record<string, unknown>> {
  if (isMap(value)) return value;
  const problem = `This section should be a map (it is currently defined as ${nounOf(value)}).`;
  throw broken("invalid-map", path, problem);
}

function requireList(value: unknown, path: SectionPath): readonly unknown[] {
  if (Array.isArray(value)) return value;
  const problem = `This section should be a list (it is currently defined as ${nounOf(value)}).`;
  throw broken("invalid-list", path, problem);
}

/** Numbers and booleans are texts that YAML takes for something else. */
function requireText(value: unknown, path: SectionPath, lengthMax: number): string {
  const isScalar = ["string", "number", "boolean"].includes(typeof value);
  if (!isScalar || value === "") {
    const problem = `This section should be a string (it is currently defined as ${nounOf(value)}).`;
    throw broken("missing-string-specific", path, problem);
  }
  const text = String(value);
  if (text.length > lengthMax)
    throw broken("missing-string-specific", path, `This section has more than ${lengthMax} characters.`);
  // Databases cannot store it.
  return text.replaceAll("\0", "").toWellFormed();
}

/** A name, or a map with one; what logs in to its registry is not read. */
function readImage(value: unknown, path: SectionPath): string {
  const name = isMap(value) ? value.name : value;
  if (typeof name !== "string" || !/^[\w.\-/:@${}]{1,512}$/.test(name))
    throw broken("invalid-image-name", path, "The image has no valid name.");
  return name;
}

function readMinutes(value: unknown, path: SectionPath): number | undefined {
  if (value === undefined) return undefined;
  const isGood = Number.isInteger(value) && Number(value) >= 1 && Number(value) <= MAX_MINUTES_MAX;
  if (isGood) return Number(value);
  throw broken("parse-error", path, `It must be a whole number from 1 to ${MAX_MINUTES_MAX}.`);
}

/** Items of a pipeline: steps, those that run at once, and stages. Variables of a custom one are for who starts it by hand. */
function readItems(definition: Definition, value: unknown, path: SectionPath): DefinedStep[] {
  const steps: DefinedStep[] = [];
  for (const [index, item] of requireList(value, path).entries()) {
    const at = [...path, index];
    const map = requireMap(item, at);
    if (map.step !== undefined) steps.push(readStep(definition, map.step, [...at, "step"]));
    else if (map.parallel !== undefined) {
      const { list, place } = stepsOf(map.parallel, [...at, "parallel"]);
      steps.push(...readItems(definition, list, place));
    } else if (map.stage !== undefined) steps.push(...readStage(definition, map.stage, [...at, "stage"]));
    else if (map.variables === undefined) throw missingSection("step", at);
    if (steps.length > STEPS_MAX)
      throw broken("parse-error", path, `A pipeline has no more than ${STEPS_MAX} steps.`);
  }
  return steps;
}

/** Both forms of `parallel`: a list of steps, and a map that has one. */
function stepsOf(value: unknown, path: SectionPath) {
  return isMap(value) ? { list: value.steps, place: [...path, "steps"] } : { list: value, place: path };
}

/** Its trigger is that of its first step, its deployment that of all. */
function readStage(definition: Definition, value: unknown, path: SectionPath): DefinedStep[] {
  const stage = requireMap(value, path);
  const steps = readItems(definition, stage.steps, [...path, "steps"]);
  const deployment =
    stage.deployment === undefined
      ? undefined
      : requireText(stage.deployment, [...path, "deployment"], NAME_LENGTH_MAX);
  return steps.map((step, index) => ({
    ...step,
    isManual: index === 0 && stage.trigger !== undefined ? stage.trigger === "manual" : step.isManual,
    deployment: step.deployment ?? deployment,
  }));
}

function readStep(definition: Definition, value: unknown, path: SectionPath): DefinedStep {
  const step = requireMap(value, path);
  const textAt = (name: string) =>
    step[name] === undefined ? undefined : requireText(step[name], [...path, name], NAME_LENGTH_MAX);
  // A step that starts another pipeline has no script.
  if (step.script === undefined && step.type !== "pipeline") throw missingSection("script", path);
  return {
    name: textAt("name"),
    image: step.image === undefined ? definition.image : readImage(step.image, [...path, "image"]),
    isManual: step.trigger === "manual",
    deployment: textAt("deployment"),
    maxMinutes: readMinutes(step["max-time"], [...path, "max-time"]) ?? definition.maxMinutes,
    scriptCommands: step.script === undefined ? [] : readCommands(step.script, [...path, "script"]),
    afterCommands:
      step["after-script"] === undefined ? [] : readCommands(step["after-script"], [...path, "after-script"]),
  };
}

function readCommands(value: unknown, path: SectionPath): readonly string[] {
  const commands = requireList(value, path);
  if (commands.length > COMMANDS_MAX)
    throw broken("parse-error", path, `A script has no more than ${COMMANDS_MAX} commands.`);
  return commands.map((command, index) => {
    const at = [...path, index];
    return isMap(command) && command.pipe !== undefined
      ? `pipe: ${requireText(command.pipe, [...at, "pipe"], NAME_LENGTH_MAX)}`
      : requireText(command, at, COMMAND_LENGTH_MAX);
  });
}
