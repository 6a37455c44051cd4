import { rateText } from './rates.js';

const SVG = 'http://www.w3.org/2000/svg';
/** Seconds that are shown, a unit of the drawing each; and its height. */
const SPAN = 300;
const HEIGHT = 100;

/** @typedef {{ at: number, download: number, upload: number } | null} Point `at` in seconds; null: nothing is known between its neighbours. */

/**
 * A chart of the last minutes in an `<svg>`. `most` shows what its height stands for. For people who want less motion it is drawn again
 * only every ten seconds.
 * @param {Element} svg
 * @param {Element | null} most
 */
export function movingChart(svg, most) {
  const area = svg.appendChild(shape('area'));
  const download = svg.appendChild(shape('line down-line'));
  const upload = svg.appendChild(shape('line up-line'));
  const still = matchMedia('(prefers-reduced-motion: reduce)');
  /** @type {Point[]} */
  let points = [];
  let drawnAt = 0;
  return {
    /** @param {Point} point */
    add(point) {
      if (point === null && (points.at(-1) ?? null) === null) return;
      points.push(point);
      if (point === null) return;
      points = points.filter((each, index) => (each === null ? index > 0 : point.at - each.at <= SPAN));
      if (still.matches && point.at - drawnAt < 10) return;
      drawnAt = point.at;
      const top = roundUp(points.reduce((max, each) => Math.max(max, each?.download ?? 0, each?.upload ?? 0), 0));
      const runs = runsOf(points);
      /** @type {(key: 'download' | 'upload') => string[]} */
      const lines = (key) => runs.map((run) => run.map((each) => `${SPAN - (point.at - each.at)},${yOf(each[key], top)}`).join('L'));
      download.setAttribute(
        'd',
        lines('download')
          .map((line) => `M${line}`)
          .join(''),
      );
      upload.setAttribute(
        'd',
        lines('upload')
          .map((line) => `M${line}`)
          .join(''),
      );
      area.setAttribute('d', runs.map((run, index) => areaOf(run, lines('download')[index] ?? '', point.at)).join(''));
      if (most !== null) most.textContent = `up to ${rateText(top)}`;
    },
  };
}

/** @param {string} className */
function shape(className) {
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('class', className);
  return path;
}

/** @typedef {NonNullable<Point>[]} Run */

/**
 * What lies between two times of which nothing is known.
 * @param {readonly Point[]} points
 */
function runsOf(points) {
  /** @type {Run[]} */
  const runs = [[]];
  for (const point of points) {
    if (point === null) runs.push([]);
    else runs.at(-1)?.push(point);
  }
  return runs.filter((run) => run.length > 0);
}

/**
 * @param {Run} run
 * @param {string} line
 * @param {number} now
 */
function areaOf(run, line, now) {
  /** @param {Run[number] | undefined} point */
  const x = (point) => SPAN - (now - (point?.at ?? now));
  return `M${x(run[0])},${HEIGHT}L${line}L${x(run.at(-1))},${HEIGHT}Z`;
}

/**
 * @param {number} rate
 * @param {number} top
 */
const yOf = (rate, top) => Math.round((HEIGHT - 1 - (rate / top) * (HEIGHT - 4)) * 10) / 10;

/**
 * The next of 1, 2 or 5 with zeros in bits per second, so that the scale seldom changes. At least 8 kb/s.
 * @param {number} rate
 */
export function roundUp(rate) {
  const bits = Math.max(8000, rate * 8);
  const unit = 10 ** Math.floor(Math.log10(bits));
  const step = [1, 2, 5].find((each) => each * unit >= bits) ?? 10;
  return (step * unit) / 8;
}
