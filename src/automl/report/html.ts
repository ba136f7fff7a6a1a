/**
 * HTML in which everything that comes from data is escaped.
 */

/** Text that is HTML already. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What may stand in a template: strings and numbers are escaped, absent pieces are nothing. */
export type Piece = Markup | string | number | false | undefined | readonly Piece[];

/**
 * A template whose pieces are escaped, unless they are HTML themselves. Attributes that hold pieces are to be in quotes.
 *
 * @example
 * html`<p title="${name}">${rows.map((row) => html`<b>${row}</b>`)}</p>`.text;
 */
export function html(strings: TemplateStringsArray, ...pieces: readonly Piece[]): Markup {
  return new Markup(
    strings.reduce(
      (text, part, index) => text + part + (index < pieces.length ? textOf(pieces[index]) : ""),
      "",
    ),
  );
}

function textOf(piece: Piece): string {
  if (piece === undefined || piece === false) return "";
  if (piece instanceof Markup) return piece.text;
  return typeof piece === "object" ? piece.map(textOf).join("") : escaped(String(piece));
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Control characters are no HTML, whatever stands around them. */
const CONTROL = /[^\P{Cc}\t\n]/gu;

function escaped(text: string): string {
  return text.replace(CONTROL, "\ufffd").replace(/[&<>"']/g, (character) => ENTITIES[character]);
}

/** A text of at most `most` characters. */
export function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}

export interface TableColumn {
  readonly title: string;
  /** Numbers stand to the right. */
  readonly number?: true;
}

/** A table that scrolls within itself where the page is narrow. */
export function table(
  caption: string,
  columns: readonly TableColumn[],
  rows: readonly (readonly Piece[])[],
): Markup {
  const kind = (k: number) => (columns[k].number ? html` class="n"` : undefined);
  return html`<p class="caption">${caption}</p><div class="wide" role="region" aria-label="${caption}" tabindex="0"><table aria-label="${caption}">
<thead><tr>${columns.map(({ title }, k) => html`<th scope="col"${kind(k)}>${title}</th>`)}</tr></thead>
<tbody>${rows.map((cells) => html`<tr>${cells.map((cell, k) => html`<td${kind(k)}>${cell}</td>`)}</tr>\n`)}</tbody></table></div>`;
}

/** A picture, and the figures that it shows. */
export function figure(title: string, picture: Markup, figures?: Markup): Markup {
  return html`<figure><figcaption>${title}</figcaption>${picture}${
    figures && html`<details><summary>Figures</summary>${figures}</details>`
  }</figure>`;
}
