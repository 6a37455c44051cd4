import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { colour, columns, now, overTime, paint, queries, states, unit } from '../panels/look.ts';
import { attention, bands, field, grid, lines, numbers, perMinute, words } from '../panels/panels.ts';
import { firstDay, lastDay, orSayNone, perUplink, uplinks } from '../queries/queries.ts';
import { lowest, meters, one, rateOf } from '../queries/series.ts';
import { ledgerPanels, processPanels } from './exporter-inside.ts';
import { marks } from './marks.ts';
import { instance, page, routers, uplinkChoice } from './page.ts';

const router = 'router=~"$router"';
const coloured = { id: 'custom.cellOptions', value: { type: 'color-text' } };
const oneDecimal = { id: 'decimals', value: 1 };
const oneWord = (words: Record<string, readonly [string, string]>) => ({ id: 'mappings', value: states(words) });

/** For the operator: can every router be read, is the ledger written, what does the exporter cost. */
export function exporter(): Dashboard {
  return page({
    uid: 'wrtmeter-exporter',
    title: 'Exporter',
    description: 'Whether you can trust the figures: routers and sources, failures, the ledger, and the process itself.',
    from: 'now-6h',
    variables: [instance(), routers(), uplinkChoice()],
    marks: marks(router),
    panels: [
      health(),
      trust(),
      version(),
      routerTable(),
      uplinkTable(),
      sourceTable(),
      sourcesOverTime(),
      durations(),
      errors(),
      ...ledgerPanels(),
      ...processPanels(),
    ],
  });
}

const health = () =>
  numbers({
    title: 'Now',
    description:
      'Routers that answered in the last round, routers that did not, sources that failed in it, and rounds that could not be written to the ledger since the exporter started. Bytes counted while a router cannot be read are posted when it answers again.',
    width: 8,
    height: 4,
    unit: unit.count,
  })
    .overrideByName('Routers down', attention(1, colour.bad))
    .overrideByName('Sources failing', attention(1, colour.bad))
    .overrideByName('Failed commits', attention(1, colour.bad))
    .targets(
      queries(
        now(`sum(${one('wrtmeter_router_up', router)})`, 'Routers up'),
        now(`sum(1 - ${one('wrtmeter_router_up', router)})`, 'Routers down'),
        now(`sum(1 - ${lowest('wrtmeter_source_success', router)})`, 'Sources failing'),
        now(one('wrtmeter_ledger_write_errors_total'), 'Failed commits'),
      ),
    );

const trust = () =>
  numbers({
    title: 'Trust',
    description:
      'Nothing is posted while the clock of the machine is wrong. A router with flow offloading forwards packets past its firewall: what the firewall counts is then too low, while Wi-Fi stations, counted by the radio, stay right. The classic scripts do not report offloading. More than one meter with this instance: their figures are mixed, so give each its own instance in Prometheus.',
    width: 8,
    height: 4,
    unit: unit.count,
  })
    .overrideByName('Meters', attention(2, colour.bad))
    .overrideByName('Clock', [{ id: 'mappings', value: states({ 1: ['right', colour.good], 0: ['wrong', colour.bad] }) }])
    .overrideByName('Flow offloading', [
      { id: 'mappings', value: states({ 0: ['off', colour.quiet], 1: ['on', colour.warn], '-1': ['not known', colour.quiet] }) },
    ])
    .targets(
      queries(
        now(lowest('wrtmeter_ledger_clock_ok'), 'Clock'),
        now(`max(${one('wrtmeter_router_flow_offload', router)}) or max(${one('wrtmeter_router_up', router)}) * 0 - 1`, 'Flow offloading'),
        now(meters, 'Meters'),
      ),
    );

const version = () =>
  words({ title: 'Version', description: 'Version of the running exporter.', width: 8, height: 4, unit: unit.text }, 'version').targets(
    queries(columns(one('wrtmeter_build_info', '', 'version'))),
  );

const offload = (kind: string) => one('wrtmeter_router_flow_offload', `kind="${kind}", ${router}`, 'router');

const routerTable = () =>
  grid(
    {
      title: 'Routers',
      description: 'All configured routers. If flow offloading is on, what the firewall counts is too low.',
      width: 13,
      height: 6,
      unit: unit.text,
    },
    [
      field('router', 'Router', 100, unit.text),
      field('Value #A', 'State', 80, unit.text, oneWord({ 1: ['up', colour.good], 0: ['down', colour.bad] }), coloured),
      field('Value #C', 'Booted', 120, unit.ago),
      field(
        'Value #D',
        'Offloading',
        110,
        unit.text,
        oneWord({ 0: ['off', colour.quiet], 1: ['software', colour.warn], 2: ['hardware', colour.warn], 3: ['both', colour.warn] }),
        coloured,
      ),
      field('model', 'Model', 0, unit.text),
      field('release', 'Release', 0, unit.text),
    ],
    'Router',
    false,
  ).targets(
    queries(
      columns(one('wrtmeter_router_up', router)),
      columns(`topk by (router) (1, ${one('wrtmeter_router_info', router)})`),
      columns(`${one('wrtmeter_router_boot_time_seconds', router)} * 1000`),
      columns(`${offload('software')} + 2 * ${offload('hardware')}`),
    ),
  );

const uplinkTable = () =>
  grid(
    {
      title: 'Uplinks',
      description: 'Each selected uplink with its billing period and its bytes in that period. A backup uplink is normally down.',
      width: 11,
      height: 6,
      unit: unit.text,
    },
    [
      field('router', 'Router', 0, unit.text),
      field('interface', 'Uplink', 80, unit.text),
      field('Value #A', 'State', 70, unit.text, oneWord({ 1: ['up', colour.good], 0: ['down', colour.warn] }), coloured),
      field('Value #B', 'First day', 90, unit.day),
      field('Value #C', 'Last day', 90, unit.day),
      field('Value #D', 'Download', 115, unit.volume, oneDecimal, ...paint(colour.download)),
      field('Value #E', 'Upload', 95, unit.volume, oneDecimal, ...paint(colour.upload)),
    ],
    'Router',
    false,
  ).targets(
    queries(
      columns(one('wrtmeter_wan_up', uplinks)),
      columns(firstDay(perUplink('start'))),
      columns(lastDay(perUplink('end'))),
      columns(one('wrtmeter_wan_month_download_bytes', uplinks)),
      columns(one('wrtmeter_wan_month_upload_bytes', uplinks)),
    ),
  );

const sourceTable = () =>
  grid(
    {
      title: 'Sources',
      description: 'Each source of each router: its last result, and errors since the exporter started.',
      width: 13,
      height: 14,
      unit: unit.text,
    },
    [
      field('router', 'Router', 100, unit.text),
      field('source', 'Source', 0, unit.text),
      field('Value #A', 'State', 80, unit.text, oneWord({ 1: ['ok', colour.good], 0: ['failed', colour.bad] }), coloured),
      field('Value #B', 'Last success', 150, unit.ago, { id: 'noValue', value: 'never' }),
      field('Value #C', 'Duration', 90, unit.seconds, { id: 'decimals', value: 0 }),
      field('Value #D', 'Errors', 90, unit.count),
      field('Value #E', 'Resets', 90, unit.count),
    ],
    'Router',
    false,
  ).targets(
    queries(
      columns(lowest('wrtmeter_source_success', router)),
      columns(`${one('wrtmeter_source_last_success_timestamp_seconds', router)} * 1000`),
      columns(one('wrtmeter_source_duration_seconds', router)),
      columns(`sum by (router, source) (${one('wrtmeter_source_errors_total', router)}) or 0 * ${one('wrtmeter_source_success', router)}`),
      columns(one('wrtmeter_ledger_resets_total', router)),
    ),
  );

const sourcesOverTime = () =>
  bands({
    title: 'Sources over time',
    description: 'Green: the source answered. Red: it failed. Gap: the exporter itself did not answer.',
    width: 11,
    height: 14,
    unit: unit.count,
  })
    .mappings(states({ 1: ['ok', colour.good], 0: ['failed', colour.bad] }))
    .targets(queries(overTime(lowest('wrtmeter_source_success', router), '{{router}} {{source}}')));

const durations = () =>
  lines({
    title: 'Read duration',
    description:
      'Duration of the slowest source of each router. Routers are read in parallel, so the slowest determines the duration of a round.',
    width: 12,
    height: 8,
    unit: unit.seconds,
  })
    .fillOpacity(0)
    .targets(queries(overTime(one('wrtmeter_source_duration_seconds', router, 'router'), '{{router}}')));

const errors = () =>
  perMinute({
    title: 'Errors',
    description: 'Failed readings per minute by reason; none if nothing failed.',
    width: 12,
    height: 8,
    unit: unit.perMinute,
  }).targets(
    queries(
      overTime(
        orSayNone(
          `sum by (reason) (${rateOf('wrtmeter_source_errors_total', router)}) * 60`,
          'reason',
          one('wrtmeter_source_success', router),
        ),
        '{{reason}}',
      ),
    ),
  );
