/**
 * How deeply a JSON text nests lists and objects, without parsing it: functions that walk a parsed value call themselves, and
 * a text of some thousand brackets would end them. What is no JSON gets some number.
 */
export function jsonDepth(text: string): number {
  let depth = 0;
  let deepest = 0;
  let isInText = false;
  for (let index = 0; index < text.length; index += 1) {
    const letter = text[index];
    if (isInText) {
      if (letter === "\\") index += 1;
      else if (letter === '"') isInText = false;
    } else if (letter === '"') isInText = true;
    else if (letter === "{" || letter === "[") deepest = Math.max(deepest, ++depth);
    else if (letter === "}" || letter === "]") depth -= 1;
  }
  return deepest;
}
