// Fills in what moves now, on pages that have room for it: docs/use/pages.md. Text of others only becomes text, never markup.
import { busiestTable } from './busiest.js';
import { movingChart } from './chart.js';
import { clockOf } from './clock.js';
import { ratesById, rateText, slowText, sumOf } from './rates.js';
import { follow } from './stream.js';

/** Comings and goings that are shown. */
const COMINGS = 4;

/** @type {(selector: string) => HTMLElement[]} */
const all = (selector) => [...document.querySelectorAll(selector)].filter((each) => each instanceof HTMLElement);

const said = all('[data-live=state]');
const cells = all('td[data-rate]');
const cards = all('[data-now]').map((card) => {
  const svg = card.querySelector('svg');
  return {
    id: card.dataset.now ?? '',
    figures: ['download', 'upload', 'undirected'].map((name) => card.querySelector(`[data-figure=${name}]`)),
    chart: svg === null ? null : movingChart(svg, card.querySelector('[data-live=most]')),
  };
});
const busiest = all('[data-live=busiest]').map(busiestTable);
const comings = all('[data-live=comings]');
const clock = clockOf(document.body.dataset.timezone);

/**
 * What has not changed is not said again by a screen reader.
 * @param {Element | null | undefined} element
 * @param {string} text
 */
function write(element, text) {
  if (element && element.textContent !== text) element.textContent = text;
}

/**
 * What live has to say of routers: a part of a page that is about one alone has its name.
 * @param {(isMeant: (router: string) => boolean) => string} textOf
 */
function say(textOf) {
  for (const each of said)
    write(
      each,
      textOf((router) => each.dataset.router === undefined || each.dataset.router === router),
    );
}

/** @param {import('./rates.js').Rates} event */
function showRates(event) {
  const rateOf = ratesById(event);
  for (const cell of cells) {
    const sum = sumOf(rateOf(cell.dataset.rate ?? ''));
    write(cell, sum === 0 ? '' : rateText(sum));
  }
  for (const { id, figures, chart } of cards) {
    const rate = rateOf(id);
    const { download, upload, undirected } = rate;
    [download, upload, undirected].forEach((value, index) => {
      write(figures[index], value == null ? '–' : rateText(value));
    });
    // A rate of both directions alone has a figure of its own.
    if (undirected != null) figures[2]?.closest('[hidden]')?.removeAttribute('hidden');
    const isKnown = download !== null || undirected != null;
    chart?.add(isKnown ? { at: Date.parse(event.at) / 1000, download: download ?? undirected ?? 0, upload: upload ?? 0 } : null);
  }
  for (const table of busiest) table.show(event.devices);
  say((isMeant) => {
    const routers = event.routers.filter(({ router }) => isMeant(router));
    return routers.every(({ seconds, failure }) => seconds === null && failure === null) ? WORDS.open : slowText(routers);
  });
}

/** Nothing is known any more. */
function blank() {
  for (const cell of cells) write(cell, '');
  for (const { figures, chart } of cards) {
    for (const figure of figures) write(figure, '–');
    chart?.add(null);
  }
  for (const table of busiest) table.show([]);
}

/**
 * @param {'came' | 'went'} what
 * @param {import('./stream.js').Coming} event
 */
function showComing(what, { at, devices, peers, more }) {
  const names = [...devices, ...peers.map(({ name }) => ({ name: `peer ${name}` }))].map(({ name }) => name);
  const others = more > 0 ? [`${more} more`] : [];
  for (const list of comings)
    for (const name of [...names.slice(-COMINGS), ...others]) {
      if (list.dataset.empty !== undefined) list.replaceChildren();
      delete list.dataset.empty;
      const item = document.createElement('li');
      const who = document.createElement('bdi');
      who.textContent = name;
      item.append(`${clock.format(new Date(at))} `, who, ` ${what}`);
      list.prepend(item);
      while (list.children.length > COMINGS) list.lastElementChild?.remove();
    }
}

const WORDS = {
  open: 'reading the routers',
  busy: 'too many watch now: trying again soon',
  lost: 'connection lost: trying again',
  ended: 'wrtmeter is shutting down: trying again',
  login: 'reload the page to log in again',
  off: '',
};

if (said.length > 0)
  follow(
    'api/v1/live',
    {
      rates: showRates,
      came: (event) => showComing('came', event),
      went: (event) => showComing('went', event),
    },
    (state) => {
      blank();
      say(() => WORDS[state]);
      if (state === 'off') for (const each of all('.live')) each.hidden = true;
    },
  );
