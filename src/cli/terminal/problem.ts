import { Failure } from "../../model/failure.ts";

/** What was asked for was refused, or failed. */
export const REFUSED_STATUS = 1;
/** An unknown command or option, one that lacks, or a value or setting that is wrong whatever the data. */
export const USAGE_STATUS = 2;

/** A command line that cannot be right, whatever the data. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "UsageError";
  }
}

/** Everything that is wrong in flags and environment, at once. */
export class WrongSettingsError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super("Cannot start");
    this.name = "WrongSettingsError";
    this.problems = problems;
  }
}

export function exitStatusOf(error: unknown): number {
  if (error instanceof UsageError || error instanceof WrongSettingsError) return USAGE_STATUS;
  return error instanceof Failure && isWrongValue(error) ? USAGE_STATUS : REFUSED_STATUS;
}

/** A field that is wrong is an option that is. */
function isWrongValue({ kind, details }: Failure): boolean {
  return kind === "invalid-input" && details.fields !== undefined;
}

/** For an option that names what is not there, or is in no state for it: the value may be right tomorrow. */
export function refusedOption(option: string, problem: string): Failure {
  return new Failure("conflict", `${option}: ${problem}`, { fields: { [option]: [problem] } });
}

/** What is printed when a command ends early. Anything but an expected refusal is a bug, and comes with its trace. */
export function describeProblem(error: unknown): string {
  if (error instanceof WrongSettingsError) {
    return `${error.message}:\n${error.problems.map((problem) => `  ${problem}`).join("\n")}`;
  }
  if (error instanceof UsageError) return `pail: ${error.message}`;
  if (error instanceof Failure) return `pail: ${describeFailure(error)}`;
  if (isSystemError(error)) return `pail: ${describeSystemError(error)}`;
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `pail: this is a bug in Pail: ${trace}`;
}

/** Wrong fields under the names of their flags: a field is called by the same word as its flag. */
function describeFailure({ message, details }: Failure): string {
  const fields = Object.entries(details.fields ?? {});
  if (fields.length > 0)
    return fields.map(([name, problems]) => `${flagOf(name)}: ${problems.join(", ")}`).join("; ");
  return details.reason === undefined ? message : `${message} (${details.reason})`;
}

/** A nested field is named by its first word: `--project` sets `project.key`. */
function flagOf(field: string): string {
  return `--${field.split(".")[0]!.replaceAll("_", "-")}`;
}

type SystemError = Error & { readonly code: string; readonly syscall: string };

function isSystemError(error: unknown): error is SystemError {
  return error instanceof Error && "code" in error && "syscall" in error && typeof error.code === "string";
}

function describeSystemError(error: SystemError): string {
  if (error.code === "EADDRINUSE")
    return `${error.message}: another program listens there: choose a port with --port`;
  if (error.code === "ENOENT" && error.syscall === "spawn git")
    return "git is not installed, or not on the PATH";
  return error.message;
}
