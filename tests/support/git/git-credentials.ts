import { chmod, readFile, writeFile } from "node:fs/promises";
import type { RealGit } from "./real-git.ts";

export interface Askpass {
  /** Makes git ask this program instead of the terminal. */
  readonly environment: Readonly<Record<string, string>>;
  /** The questions git asked, in order. */
  prompts(): Promise<readonly string[]>;
}

export interface CredentialHelper {
  readonly config: Readonly<Record<string, string>>;
  /** The actions git called the helper with: `get`, `store`, `erase`. */
  actions(): Promise<readonly string[]>;
}

async function writeScript(path: string, text: string): Promise<void> {
  await writeFile(path, `#!/bin/sh\n${text}`);
  await chmod(path, 0o700);
}

async function linesOf(file: string): Promise<readonly string[]> {
  const text = await readFile(file, "utf8");
  return text.split("\n").filter((line) => line !== "");
}

/** Answers git's interactive questions as a person would, and keeps each question. */
export async function createAskpass(
  git: RealGit,
  answer: { username?: string; password: string },
): Promise<Askpass> {
  const script = git.newPath("askpass");
  const promptsFile = git.newPath("prompts");
  await writeFile(promptsFile, "");
  await writeScript(
    script,
    `printf '%s\\n' "$1" >> "$ASKPASS_PROMPTS"
case $1 in
  Username*) printf '%s\\n' "$ASKPASS_USERNAME" ;;
  *) printf '%s\\n' "$ASKPASS_PASSWORD" ;;
esac
`,
  );
  return {
    environment: {
      GIT_ASKPASS: script,
      ASKPASS_PROMPTS: promptsFile,
      ASKPASS_USERNAME: answer.username ?? "",
      ASKPASS_PASSWORD: answer.password,
    },
    prompts: () => linesOf(promptsFile),
  };
}

/** A keychain with one entry, which keeps what git asked it to do. */
export async function createCredentialHelper(
  git: RealGit,
  answer: { username: string; password: string },
): Promise<CredentialHelper> {
  const script = git.newPath("credential-helper");
  const actionsFile = git.newPath("actions");
  await writeFile(actionsFile, "");
  await writeScript(
    script,
    `printf '%s\\n' "$1" >> '${actionsFile}'
cat > /dev/null
if [ "$1" = get ]; then
  printf 'username=%s\\npassword=%s\\n' '${answer.username}' '${answer.password}'
fi
`,
  );
  return {
    config: { "credential.helper": script },
    actions: () => linesOf(actionsFile),
  };
}
