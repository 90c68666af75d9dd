import type { Readable } from "node:stream";
import { Secret } from "../../model/secret.ts";
import { UsageError } from "../terminal/problem.ts";

/** Only there, for the list of processes and the shell's history show arguments. */
export const CREDENTIALS_VARIABLE = "PAIL_IMPORT_CREDENTIALS";

const INPUT_LENGTH_MAX = 65_536;

/**
 * The credentials for a source, as `user:password`: from stdin if that is asked for, else from the environment, where no
 * process started from here sees them.
 *
 * @throws UsageError if they are not in one of the two forms. Nothing of them is shown.
 */
export async function readSourceCredentials(
  fromStdin: boolean,
  input: Readable & { readonly isTTY?: boolean },
  environment: NodeJS.ProcessEnv,
): Promise<Secret | undefined> {
  if (fromStdin) {
    if (input.isTTY === true)
      throw new UsageError(
        "--credentials-stdin: a terminal would show the password: give it by a pipe or a file",
      );
    return parseCredentials(await readLines(input), "--credentials-stdin");
  }
  const given = environment[CREDENTIALS_VARIABLE];
  delete environment[CREDENTIALS_VARIABLE];
  return given === undefined || given === "" ? undefined : parseCredentials([given], CREDENTIALS_VARIABLE);
}

function parseCredentials([first = "", second]: readonly string[], from: string): Secret {
  const text = first.includes(":") || second === undefined ? first : `${first}:${second}`;
  // RFC 7617, section 2: the user-id has no colon, and neither has control characters.
  if (!/^[^:\p{Cc}]+:\P{Cc}+$/u.test(text))
    throw new UsageError(
      `${from}: needs user:password${from.startsWith("--") ? ", or the user on one line and the password on the next" : ""}`,
    );
  return new Secret(text);
}

/** The first line, and the second if it belongs to it. Whoever writes may keep the pipe open behind them. */
async function readLines(input: Readable): Promise<readonly string[]> {
  let text = "";
  for await (const piece of input.setEncoding("utf8") as AsyncIterable<string>) {
    text += piece;
    const ended = text.split(/\r?\n/).slice(0, -1);
    if (ended.length > 1 || ended[0]?.includes(":") === true || text.length > INPUT_LENGTH_MAX) break;
  }
  return text.split(/\r?\n/).filter((line, index) => index === 0 || line !== "");
}
