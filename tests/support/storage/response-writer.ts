import { writeSync } from "node:fs";
import type {
  ResponseContent,
  ResponseWriter,
} from "../../../src/storage/fetch-responses/fetch-responses.ts";

/** A writer that is told what to write and when to end. */
export function openWriter() {
  const { promise: ended, resolve } = Promise.withResolvers<boolean>();
  const state = { starts: 0, stops: 0, file: -1 };
  return {
    state,
    start: async (file: number): Promise<ResponseWriter> => {
      state.starts += 1;
      state.file = file;
      return {
        ended,
        stop: () => {
          state.stops += 1;
          resolve(false);
        },
      };
    },
    write: (text: string) => writeSync(state.file, text),
    end: (isComplete = true) => resolve(isComplete),
  };
}

/** What there is by now, or as soon as there is something. */
export async function readSome(content: ResponseContent): Promise<string> {
  const buffer = Buffer.alloc(100);
  return buffer.toString("latin1", 0, await content.read(buffer));
}

export async function readAll(content: ResponseContent): Promise<string> {
  let text = "";
  for (let part = await readSome(content); part !== ""; part = await readSome(content)) text += part;
  content.close();
  return text;
}
