import { parentPort } from "node:worker_threads";
import { findTokens } from "./find-tokens.ts";
import type { HighlightReply, HighlightRequest } from "./highlight.ts";

/** Highlights one text after another. */
parentPort?.on("message", ({ text, language }: HighlightRequest) => {
  let reply: HighlightReply;
  try {
    reply = { tokens: findTokens(text, language) };
  } catch (error) {
    // Too deep for the stack. What else is thrown is a bug, and ends the worker.
    if (!(error instanceof RangeError)) throw error;
    reply = { tokens: undefined };
  }
  const { tokens } = reply;
  const transferred = tokens === undefined ? [] : [tokens.firstOfLine.buffer, tokens.tokens.buffer];
  parentPort?.postMessage(reply, transferred as ArrayBuffer[]);
});

parentPort?.postMessage("ready");
