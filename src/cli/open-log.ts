import { type Logger, pino } from "pino";
import type { LogLevel } from "../config/config.ts";
import { maskTokens } from "../model/mask-secrets.ts";

const STDERR = 2;

/** JSON lines on stderr, since stdout is for results. */
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
    pino.destination({ fd: STDERR, sync: true }),
  );
}
