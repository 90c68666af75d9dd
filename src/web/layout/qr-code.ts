import createQrCode from "qrcode-generator";
import { type Html, html } from "../html.ts";

/** White around it: four modules, ISO/IEC 18004, section 6.3.8. */
const QUIET = 4;
const MODULE_PIXELS = 4;

/** A QR code as an image, black on white in any theme. The one file that knows the package. */
export function qrCode(text: string, label: Html): Html {
  // Level M: what a worn screen hides can be told from the rest.
  const code = createQrCode(0, "M");
  code.addData(text, "Byte");
  code.make();
  const count = code.getModuleCount();
  const size = count + 2 * QUIET;
  const runs: string[] = [];
  for (let row = 0; row < count; row += 1)
    for (let column = 0; column < count; column += 1)
      if (code.isDark(row, column)) runs.push(`M${column + QUIET} ${row + QUIET}h1v1h-1z`);
  return html`<svg role="img" aria-label="${label}" width="${size * MODULE_PIXELS}" height="${size * MODULE_PIXELS}" viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges"><rect width="${size}" height="${size}" fill="#fff"/><path fill="#000" d="${runs.join("")}"/></svg>`;
}
