/** What was entered in a field of one line or several, without the spaces around it. A zero byte is no text for databases. */
export function formText(form: URLSearchParams, name: string, lengthMax = 65_536): string {
  return (form.get(name) ?? "").toWellFormed().replaceAll("\0", "").trim().slice(0, lengthMax);
}

/** The entries of a field that may be there several times. */
export function formTexts(form: URLSearchParams, name: string): readonly string[] {
  return form.getAll(name).map((text) => text.toWellFormed().replaceAll("\0", "").trim());
}

export function isTicked(form: URLSearchParams, name: string): boolean {
  return form.get(name) === "yes";
}
