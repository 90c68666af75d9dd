import { buffer } from "node:stream/consumers";
import type { ObjectId } from "../../model/object-id.ts";
import type { Repository } from "../../model/repository.ts";
import { decodeText } from "../source/render-file.ts";
import { findPlacedEntry, openContent, readContentSize, type SourcePorts } from "../source/source.ts";
import {
  DEFINITION_BYTES_MAX,
  DEFINITION_FILE,
  type Definition,
  type Parsed,
  parseDefinition,
} from "./parse-definition.ts";

/** Reads `bitbucket-pipelines.yml` as it is in a commit. Undefined: there is no such file. */
export async function readDefinition(
  ports: SourcePorts,
  repository: Repository,
  commit: ObjectId,
  signal: AbortSignal,
): Promise<Parsed<Definition> | undefined> {
  const entry = await findPlacedEntry(ports, repository, { commit, path: DEFINITION_FILE });
  if (
    entry === undefined ||
    entry.kind === "directory" ||
    entry.kind === "submodule" ||
    entry.kind === "link"
  )
    return undefined;
  const size = await readContentSize(ports, repository, entry);
  if (size > DEFINITION_BYTES_MAX) {
    const message = `${DEFINITION_FILE} has ${size} bytes, and the limit is ${DEFINITION_BYTES_MAX}.`;
    return { kind: "broken", error: { key: "plan-service.parse.parse-error", message } };
  }
  const content = await openContent(ports, repository, { entry, size }, { signal });
  return parseDefinition(decodeText(Buffer.isBuffer(content) ? content : await buffer(content)));
}
