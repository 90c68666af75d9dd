import { maskTokens } from "../../model/mask-secrets.ts";
import { maskForm, maskJson } from "./mask-recorded.ts";
import type { RecordedBody } from "./recorded-request.ts";

/** Of one body. */
export const BODY_BYTES_MAX = 64 * 1024;

export type BodyRecorder = {
  add(bytes: Buffer): void;
  /**
   * @param type its content type: only text is kept, and no page, which has the secrets of its forms in it.
   * @param values whether fields that are called `value` may be secrets.
   */
  end(type: string, values: "hidden" | "shown"): RecordedBody;
};

export function openBodyRecorder(): BodyRecorder {
  const parts: Buffer[] = [];
  let kept = 0;
  let bytes = 0;
  return {
    add(chunk) {
      bytes += chunk.length;
      if (kept >= BODY_BYTES_MAX) return;
      // A copy: the rest of a large buffer is not kept with it.
      const part = Buffer.from(chunk.subarray(0, BODY_BYTES_MAX - kept));
      parts.push(part);
      kept += part.length;
    },
    end(type, values) {
      const mask = maskOf(type);
      const text =
        mask === undefined || bytes === 0 ? undefined : mask(Buffer.concat(parts).toString("utf8"), values);
      return { bytes, type, text, isCut: text !== undefined && bytes > kept };
    },
  };
}

type Mask = (text: string, values: "hidden" | "shown") => string;

function maskOf(type: string): Mask | undefined {
  const essence = type.split(";", 1)[0]!.trim().toLowerCase();
  if (essence === "application/json" || essence.endsWith("+json")) return maskJson;
  if (essence === "application/x-www-form-urlencoded") return unlessJson(maskForm);
  return essence.startsWith("text/") && essence !== "text/html" ? unlessJson(maskTokens) : undefined;
}

/** JSON of the wrong type, as curl sends it unless it is told, is refused, and has the same secrets in it. */
function unlessJson(mask: Mask): Mask {
  return (text, values) => (/^\s*[{[]/.test(text) ? maskJson : mask)(text, values);
}
