import { type Logger, pino } from "pino";
import type { LogLevel } from "../config/config.ts";
import { maskTokens } from "../model/mask-secrets.ts";

const STDERR = 2;

/** Lines that wait for whoever reads them. What comes beyond is dropped: a log that nobody reads must not fill the memory. */
const WAITING_BYTES_MAX = 16 * 1024 * 1024;

/** JSON lines on stderr, since stdout is for results. Written beside the work, so that no answer waits for the log. */
export function openLog(level: LogLevel): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      // The last line of defence: what is logged should hold no token to begin with.
      hooks: { streamWrite: maskTokens },
    },
    pino.destination({ fd: STDERR, sync: false, maxLength: WAITING_BYTES_MAX }),
  );
}
