import { type Content, type Html, html } from './html.ts';

/** What is known of something, by name; what is null is left out. */
export const factList = (facts: readonly (readonly [name: string, content: Content])[]): Html =>
  html`<dl class="facts">${facts.flatMap(([name, content]) => (content === null ? [] : [html`<dt>${name}</dt><dd>${content}</dd>`]))}</dl>`;

/** Texts in a line; null without any. */
export const listed = (texts: readonly string[]): Content =>
  texts.length === 0 ? null : texts.map((text, i) => html`${i === 0 ? null : ', '}<bdi>${text}</bdi>`);
