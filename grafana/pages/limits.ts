import type { Size } from '../panels/frame.ts';
import { colour, columns, now, overTime, queries, states, unit } from '../panels/look.ts';
import { field, grid, lines, numbers } from '../panels/panels.ts';
import { lowest, one, present, rateOf } from '../queries/series.ts';

const LIMIT = 'router, of, name, reason';
const coloured = { id: 'custom.cellOptions', value: { type: 'color-text' } };
const left = { id: 'custom.align', value: 'left' };

const active = one('wrtmeter_limit_active', '', LIMIT);
const rate = (direction: string) => `${one('wrtmeter_limit_rate_bytes_per_second', `direction="${direction}"`, LIMIT)} * 8`;
const dropped = (labels = '', window?: string) => `sum by (of, name) (${rateOf('wrtmeter_limit_dropped_bytes_total', labels, window)})`;
const inRange = (direction: string) => `${dropped(`direction="${direction}"`, '$__range')} * $__range_s`;

/** A row with a sentence in place of an empty table, while there is a meter: what is not scraped says nothing. */
const orSay = (expr: string, sentence: string) =>
  `${expr} or label_replace(2 * ${present('wrtmeter_build_info', '', '')}, "name", "${sentence}", "", "") unless on () (${expr})`;

/** 0: paused, which has no rate; 1: slowed down. */
const action = `(${active} unless on (${LIMIT}) ${present('wrtmeter_limit_rate_bytes_per_second', '', LIMIT)}) * 0 or ${active}`;

export const limitedNow = (size: Size) =>
  grid(
    {
      title: 'Limited now',
      description:
        'What is slowed down or paused on routers now, with its rates from the point of view of the device, and what decides it: a quota, a schedule of the configuration, or a person. The page Limits of the meter has since when and until when.',
      ...size,
      unit: unit.rate,
    },
    [
      field('name', 'Name', 0, unit.text),
      field('of', 'Of', 80, unit.text),
      field('Value #A', 'Now', 90, unit.text, coloured, left, {
        id: 'mappings',
        value: states({ 0: ['paused', colour.bad], 1: ['slowed', colour.warn], 2: ['–', colour.quiet] }),
      }),
      field('Value #B', 'Download', 110, unit.rate),
      field('Value #C', 'Upload', 110, unit.rate),
      field('reason', 'By', 100, unit.text),
      field('router', 'Router', 120, unit.text),
    ],
    'Name',
    false,
  ).targets(queries(columns(orSay(action, 'Nothing is limited')), columns(rate('download')), columns(rate('upload'))));

export const limitingRouters = (size: Size) =>
  numbers({
    title: 'Limits on routers',
    description:
      'Whether each router took all limits that are wanted there when it was last asked. Where it did not, the page Limits of the meter and the audit have the reason.',
    ...size,
    unit: unit.text,
  })
    .noValue('No router is asked for limits')
    .mappings(states({ 1: ['taken', colour.good], 0: ['not taken', colour.bad] }))
    .targets(queries(now(lowest('wrtmeter_limits_success'), '{{router}}')));

export const heldBack = (size: Size) =>
  lines({
    title: 'Held back',
    description:
      'What limits drop, both directions. Senders slow down by themselves, so it is far less than what would have come. It is in no usage.',
    ...size,
    unit: unit.rate,
  })
    .noValue('Nothing was limited in this time')
    .targets(queries(overTime(`${dropped()} * 8`, '{{of}} {{name}}')));

export const heldBackInRange = (size: Size) =>
  grid(
    {
      title: 'Held back in all',
      description: 'Bytes that limits dropped in the selected time range, as Prometheus calculates them from its readings.',
      ...size,
      unit: unit.volume,
    },
    [
      field('name', 'Name', 0, unit.text),
      field('of', 'Of', 80, unit.text),
      field('Value #B', 'Download', 130, unit.volume, { id: 'decimals', value: 1 }),
      field('Value #C', 'Upload', 130, unit.volume, { id: 'decimals', value: 1 }),
    ],
    'Download',
  ).targets(
    queries(
      columns(orSay(present('wrtmeter_limit_dropped_bytes_total', '', 'of, name'), 'Nothing was limited')),
      columns(inRange('download')),
      columns(inRange('upload')),
    ),
  );
