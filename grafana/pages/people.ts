import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { colour, columns, now, overTime, paint, queries, unit } from '../panels/look.ts';
import { field, grid, lines, numbers, ranking, stacked } from '../panels/panels.ts';
import { monthOfUsers } from '../queries/queries.ts';
import { one } from '../queries/series.ts';
import { heldBack, heldBackInRange, limitedNow, limitingRouters } from './limits.ts';
import { chosenUsers, instance, page } from './page.ts';
import { caps, quota } from './quotas.ts';
import { when } from './when.ts';

const half = { width: 12, height: 9 };

/** Whose it was, what is left, who is limited, and when. */
export function people(): Dashboard {
  return page({
    uid: 'wrtmeter-people',
    title: 'People',
    description:
      'Quotas with what is left of them, what is slowed down or paused, who used how much, on-peak and off-peak, and what the month will probably have at its end.',
    from: 'now-7d',
    // "When" reads four weeks.
    refresh: '5m',
    variables: [instance(), chosenUsers()],
    panels: [
      caps({ width: 12, height: 6 }),
      capFigures(),
      allQuotas(),
      limitedNow({ width: 16, height: 7 }),
      limitingRouters({ width: 8, height: 7 }),
      heldBack(half),
      heldBackInRange(half),
      users(),
      byTariff(),
      when({ width: 24, height: 9 }),
      forecast(),
      history(),
    ],
  });
}

const line = 'of=~"home|uplink"';
const ofTariff = (way: string) => one(`wrtmeter_wan_month_tariff_${way}_bytes`, '', 'router, interface, tariff');

const capFigures = () =>
  numbers({
    title: 'Left of the line',
    description:
      'Bytes left of the quotas of the home and its uplinks, for each day to the end of the period, and what the period will probably have at its end. If there are several, the one with the least left.',
    width: 12,
    height: 6,
    unit: unit.volume,
  })
    .noValue('–')
    .overrideByName('Ends', [{ id: 'unit', value: unit.date }])
    .targets(
      queries(
        now(`min(${quota('left_bytes', line)})`, 'Left'),
        now(`min(${quota('left_bytes_per_day', line)})`, 'Left a day'),
        now(`max(${quota('forecast_bytes', line)})`, 'Forecast'),
        now(`min(${quota('period_end_timestamp_seconds', line)}) * 1000`, 'Ends'),
      ),
    );

const allQuotas = () =>
  grid(
    {
      title: 'All quotas',
      description:
        'Every quota with each that it is of: what is used, left and probably used at the end. The highest step that is reached is a share of the limit.',
      width: 24,
      height: 10,
      unit: unit.text,
    },
    [
      field('quota', 'Quota', 0, unit.text),
      field('of', 'Of', 90, unit.text),
      field('name', 'Name', 0, unit.text),
      field('Value #A', 'Used', 110, unit.share, { id: 'decimals', value: 0 }),
      field('Value #B', 'Bytes', 110, unit.volume, { id: 'decimals', value: 1 }),
      field('Value #C', 'Limit', 110, unit.volume, { id: 'decimals', value: 1 }),
      field('Value #D', 'Left', 110, unit.volume, { id: 'decimals', value: 1 }),
      field('Value #E', 'Left a day', 110, unit.volume, { id: 'decimals', value: 1 }),
      field('Value #F', 'Forecast', 110, unit.volume, { id: 'decimals', value: 1 }),
      field('Value #G', 'Step', 80, unit.share, { id: 'decimals', value: 0 }),
      field('Value #H', 'Ends', 170, 'time:D MMM YYYY HH:mm'),
    ],
    'Used',
  ).targets(
    queries(
      columns(`${quota('used_bytes')} / ${quota('limit_bytes')}`),
      columns(quota('used_bytes')),
      columns(quota('limit_bytes')),
      columns(quota('left_bytes')),
      columns(quota('left_bytes_per_day')),
      columns(quota('forecast_bytes')),
      columns(quota('step')),
      columns(`${quota('period_end_timestamp_seconds')} * 1000`),
    ),
  );

const users = () =>
  ranking({
    title: 'Who',
    description: "Bytes of each user's devices in the current month, both directions.",
    ...half,
    unit: unit.volume,
  })
    .noValue('No device has a user')
    .targets(queries(now(`sort_desc(${monthOfUsers()})`, '{{user}}')));

const byTariff = () =>
  ranking({
    title: 'On-peak and off-peak',
    description: 'Bytes of all uplinks in their current month by tariff, both directions. The tariffs are those of the configuration.',
    ...half,
    unit: unit.volume,
  })
    .noValue('No tariff is configured')
    .targets(queries(now(`sort_desc(sum by (tariff) (${ofTariff('download')} + ${ofTariff('upload')}))`, '{{tariff}}')));

const forecast = () =>
  lines({
    title: 'Forecast of the line',
    description:
      'Bytes used so far of the quotas of the home and its uplinks, what the period will probably have at its end, the range that eight of ten periods end in, and the limit. Shows the last 31 days.',
    ...half,
    unit: unit.volume,
  })
    .timeFrom('31d')
    .fillOpacity(0)
    .overrideByName('Limit', paint(colour.bad))
    .targets(
      queries(
        overTime(`max(${quota('used_bytes', line)})`, 'Used'),
        overTime(`max(${quota('forecast_bytes', line)})`, 'Forecast'),
        overTime(`max(${quota('forecast_low_bytes', line)})`, 'At least'),
        overTime(`max(${quota('forecast_high_bytes', line)})`, 'At most'),
        overTime(`max(${quota('limit_bytes', line)})`, 'Limit'),
      ),
    );

const history = () =>
  stacked({
    title: 'Month over time',
    description: "Bytes of each user's devices since the start of the month; starts at zero each month. Shows the last 31 days.",
    ...half,
    unit: unit.volume,
  })
    .timeFrom('31d')
    .targets(queries(overTime(monthOfUsers(), '{{user}}')));
