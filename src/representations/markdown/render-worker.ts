import { parentPort } from "node:worker_threads";
import type { RenderReply, RenderRequest } from "./render-in-worker.ts";
import { renderMarkdown } from "./render-markdown.ts";

/** Renders one text after another, as the serving thread does with short ones. */
parentPort?.on("message", ({ text, kind }: RenderRequest) => {
  let reply: RenderReply;
  try {
    reply = { html: renderMarkdown(text, kind) };
  } catch {
    // Too deep for the stack.
    reply = { html: undefined };
  }
  parentPort?.postMessage(reply);
});

parentPort?.postMessage("ready");
