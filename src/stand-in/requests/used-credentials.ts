import type { TokenCredential } from "../../model/caller.ts";
import { RECORDED_USES_MAX, type RecordedUse } from "../../model/recorded-use.ts";
import type { Token } from "../../model/token.ts";

const CREDENTIALS_MAX = 1_000;

export type UsedCredential = { readonly token: Token; readonly uses: readonly RecordedUse[] };

/** What each token was used for. */
export type UsedCredentials = {
  note(credential: TokenCredential, uses: readonly RecordedUse[]): void;
  list(): readonly UsedCredential[];
  clear(): void;
};

export function openUsedCredentials(): UsedCredentials {
  const used = new Map<string, { readonly token: Token; readonly uses: Map<string, RecordedUse> }>();
  return {
    note({ id, token }, uses) {
      const known = used.get(id) ?? { token, uses: new Map<string, RecordedUse>() };
      if (!used.has(id) && used.size < CREDENTIALS_MAX) used.set(id, known);
      for (const use of uses)
        if (known.uses.size < RECORDED_USES_MAX) known.uses.set(`${use.kind} ${use.value}`, use);
    },
    list: () => [...used.values()].map(({ token, uses }) => ({ token, uses: [...uses.values()] })),
    clear: () => used.clear(),
  };
}
