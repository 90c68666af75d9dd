import { type Logger, pino } from "pino";
import type { LogLevel } from "../config/config.ts";

const STDERR = 2;

/** JSON lines on stderr, since stdout is for results. */
export function openLog(level: LogLevel): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    pino.destination({ fd: STDERR, sync: true }),
  );
}
