import { isatty } from "node:tty";
import { type DestinationStream, type Logger, pino } from "pino";
import type { LogLevel } from "../../config/config.ts";
import { maskTokens } from "../../model/mask-secrets.ts";
import { writeHumanLog } from "../terminal/human-log.ts";

const STDERR = 2;

/** Lines of one turn of the event loop are written together; these many bytes at the latest. */
const TOGETHER_BYTES_MAX = 8 * 1024;

/**
 * JSON lines on stderr, since stdout is for results, or in a file that is open; on a terminal, lines for people. Those of one turn
 * of the event loop are one write.
 */
export function openLog(level: LogLevel, fd: number = STDERR): Logger {
  const destination = writeTogether(pino.destination({ fd, sync: true, minLength: TOGETHER_BYTES_MAX }));
  return pino(
    {
      level,
      base: null,
      timestamp: openTimestamp(),
      formatters: { level: (label) => ({ level: label }) },
      // The last line of defence: what is logged should hold no token to begin with.
      hooks: { streamWrite: maskTokens },
    },
    isatty(fd) ? { write: (line) => destination.write(writeHumanLog(line)) } : destination,
  );
}

/** The time as `pino.stdTimeFunctions.isoTime` writes it. What the lines of one second have in common is written once. */
export function openTimestamp(now: () => number = Date.now): () => string {
  let second = Number.NaN;
  let text = "";
  return () => {
    const at = now();
    const ms = at % 1_000;
    if (at - ms !== second) {
      second = at - ms;
      text = `,"time":"${new Date(second).toISOString().slice(0, -"000Z".length)}`;
    }
    return `${text}${String(ms).padStart(3, "0")}Z"`;
  };
}

function writeTogether(destination: ReturnType<typeof pino.destination>): DestinationStream {
  let isWaiting = false;
  const flush = () => {
    isWaiting = false;
    // Not `flushSync`, which also syncs the file to the disk.
    destination.flush();
  };
  // What is said in the turn that ends the process.
  process.once("exit", flush);
  return {
    write(line) {
      destination.write(line);
      if (isWaiting) return;
      isWaiting = true;
      setImmediate(flush);
    },
  };
}
