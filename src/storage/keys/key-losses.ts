import type { KeyName } from "./keys.ts";

/** What a key that is lost takes with it. */
export const KEY_LOSSES: Readonly<Record<KeyName, string>> = {
  rotation: "tokens cannot be rotated twice with the same result any more",
  "two-step": "two-step verification takes recovery codes alone, until it is set up again",
  apps: "installed apps cannot be called, nor call, until they are installed again",
  pipelines: "secured variables and SSH keys of pipelines have to be set again",
  oidc: "whoever trusts the keys of pipelines has to read them again",
};

export const KEY_NAMES = Object.keys(KEY_LOSSES) as KeyName[];
