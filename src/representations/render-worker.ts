import { parentPort, workerData } from "node:worker_threads";
import { renderDocument } from "./render-markdown.ts";

/** Renders the one text that it is started with. */
parentPort?.postMessage(renderDocument(workerData as string));
