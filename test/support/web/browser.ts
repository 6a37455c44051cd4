import { access } from 'node:fs/promises';
import { type Browser, chromium } from 'playwright-core';

const CHROMIUM = '/usr/bin/chromium';

export async function openBrowser(): Promise<Browser> {
  await access(CHROMIUM).catch(() => {
    throw new Error(`This test needs "${CHROMIUM}": install the Debian package chromium`);
  });
  return chromium.launch({ executablePath: CHROMIUM, args: ['--headless', '--no-sandbox'] });
}

/** Notes what the page's policy forbids, in `window.forbidden`. To be run before the page's own content. */
export const NOTE_FORBIDDEN = `
  window.forbidden = [];
  document.addEventListener('securitypolicyviolation', (event) => window.forbidden.push(event.violatedDirective + ' ' + event.blockedURI));
`;

/** Texts whose contrast with their background is below WCAG AA, with the ratio. */
export const WEAK_TEXTS = `(() => {
  const parse = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
  const luminance = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const behind = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const colour = parse(getComputedStyle(e).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const weak = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    const text = walker.currentNode.textContent.trim();
    if (text === '' || element.closest('svg, .hidden')) continue;
    const style = getComputedStyle(element);
    const [a, b] = [luminance(parse(style.color)), luminance(behind(element))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (large ? 3 : 4.5)) weak.push(text + ' ' + ratio.toFixed(2));
  }
  return weak;
})()`;

/** What a user of a screen reader would miss. */
export const UNHEARD = `(() => {
  const missing = [];
  const need = (selector, has, what) => {
    for (const e of document.querySelectorAll(selector)) if (!has(e)) missing.push(what + ': ' + e.outerHTML.slice(0, 80));
  };
  if (document.documentElement.lang !== 'en') missing.push('no language');
  if (!document.title) missing.push('no title');
  if (document.querySelectorAll('h1').length !== 1) missing.push('not one h1');
  if (document.querySelectorAll('main').length !== 1) missing.push('not one main');
  need('th', (e) => e.scope, 'a heading cell without scope');
  need('table', (e) => e.tHead, 'a table without heading');
  need('svg', (e) => e.getAttribute('aria-hidden') === 'true' || (e.getAttribute('role') === 'img' && e.getAttribute('aria-label')), 'a picture without words');
  need('a', (e) => e.textContent.trim() && e.getAttribute('href'), 'a link without words');
  need('[aria-labelledby]', (e) => document.getElementById(e.getAttribute('aria-labelledby')), 'a label that is missing');
  need('li', (e) => e.closest('ul, ol') === e.parentElement && !e.parentElement.hasAttribute('role'), 'an entry of no list');
  need('nav, section, article', (e) => e.hasAttribute('aria-label') || e.hasAttribute('aria-labelledby'), 'a part without a name');
  const ids = [...document.querySelectorAll('[id]')].map((e) => e.id);
  if (new Set(ids).size !== ids.length) missing.push('an id twice');
  let level = 0;
  for (const e of document.querySelectorAll('h1, h2, h3, h4')) {
    if (Number(e.tagName[1]) > level + 1) missing.push('a heading that skips a level: ' + e.textContent);
    level = Number(e.tagName[1]);
  }
  return missing;
})()`;
