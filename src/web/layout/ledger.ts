import { type Hole, type Html, html, plainText } from "../html.ts";

export type Column = {
  readonly label: Html;
  /** Times and actions, to the right. */
  readonly isEnd?: boolean;
};

/** A table that becomes blocks on a narrow screen. The first cell of a row names what the row is about. */
export function ledger(
  columns: readonly Column[],
  rows: readonly (readonly Hole[])[],
  { isTight = false }: { readonly isTight?: boolean } = {},
): Html {
  return html`<table role="table" class="ledger stack${isTight ? " tight" : ""}"><thead role="rowgroup"><tr role="row">${columns.map(
    ({ label, isEnd }) =>
      html`<th role="columnheader" scope="col"${isEnd === true && html` class="end"`}>${label}</th>`,
  )}</tr></thead><tbody role="rowgroup">
${rows.map(
  (cells) =>
    html`<tr role="row">${cells.map((cell, index) => {
      const { label: said, isEnd } = columns[index]!;
      const label = plainText(said);
      return index === 0
        ? html`<th role="rowheader" scope="row" data-l="${label}"><div>${cell}</div></th>`
        : html`<td role="cell" data-l="${label}"${isEnd === true && html` class="end"`}><div>${cell}</div></td>`;
    })}</tr>
`,
)}</tbody></table>`;
}
