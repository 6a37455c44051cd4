import { type Html, html } from './html.ts';

/** Its value, and its text for people. */
export type Option = readonly [value: string, text: string];

/** A labelled list of a form. What was chosen is in it, even where it is not among the options. */
export function select(name: string, label: string, all: string, options: readonly Option[], chosen: string): Html {
  const known: readonly Option[] = chosen === '' || options.some(([value]) => value === chosen) ? options : [...options, [chosen, chosen]];
  const entries = [['', all] as const, ...known].map(
    ([value, text]) => html`<option value="${value}"${value === chosen ? html` selected` : null}>${text}</option>`,
  );
  return html`<p><label for="${name}">${label}</label><select id="${name}" name="${name}">${entries}</select></p>`;
}
