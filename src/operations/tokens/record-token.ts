import { tokenSubject } from "../../model/audit.ts";
import { Failure, invalidField } from "../../model/failure.ts";
import type { RecordedUse } from "../../model/recorded-use.ts";
import type { Uuid } from "../../model/uuid.ts";
import type { By, Ports } from "../../ports.ts";
import {
  listRecordedUses,
  startRecording,
  stopRecording,
} from "../../storage/sql/tokens/token-recordings.ts";
import { findToken } from "../../storage/sql/tokens/tokens.ts";

/** Whoever forgets to stop it watches no longer than this. */
export const RECORDING_MINUTES_MAX = 24 * 60;
const MINUTE_MS = 60_000;

/** From the next request on, what the token is used for is stored. An earlier recording of it is lost. */
export async function startTokenRecording(
  { clock }: Pick<Ports, "clock">,
  by: By,
  tokenUuid: Uuid,
  minutes: number,
): Promise<void> {
  if (!Number.isInteger(minutes) || minutes < 1 || minutes > RECORDING_MINUTES_MAX)
    throw invalidField("for", `must be 1 to ${RECORDING_MINUTES_MAX} minutes`);
  await by.transaction(async (tx, record) => {
    const token = await findToken(tx, tokenUuid);
    if (token === undefined) throw new Failure("not-found", "There is no such token");
    const until = new Date(clock().getTime() + minutes * MINUTE_MS);
    await startRecording(tx, tokenUuid, until);
    record.audit("token.recorded", tokenSubject(token), {
      account: token.accountUuid,
      until: until.toISOString(),
    });
  });
}

/** Returns what the token was used for. */
export async function stopTokenRecording(by: By, tokenUuid: Uuid): Promise<readonly RecordedUse[]> {
  return by.transaction(async (tx) => {
    await stopRecording(tx, tokenUuid);
    return listRecordedUses(tx, tokenUuid);
  });
}
