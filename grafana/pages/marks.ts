import { AnnotationQueryBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { colour, overTime, source } from '../panels/look.ts';
import { one, rateOf } from '../queries/series.ts';

/**
 * What happened, marked on every chart over time: why figures of that moment may be missing or low. `labels` select routers. Grafana marks
 * where a value is above zero, and joins what is less than a step apart; a router's boot time is the time of its mark.
 */
export const marks = (labels = ''): AnnotationQueryBuilder[] => [
  mark('Reboots', colour.both, `${one('wrtmeter_router_boot_time_seconds', labels)} * 1000`, '{{router}} booted').useValueForTime(true),
  mark(
    'Resets',
    colour.warn,
    `sum by (router) (${rateOf('wrtmeter_ledger_resets_total', join('source=~"wan|peers"', labels))}) > 0`,
    'counters of {{router}} began again',
  ),
  mark('Gaps', colour.bad, `1 - ${one('wrtmeter_router_up', labels)} > 0`, '{{router}} could not be read'),
];

const join = (...labels: string[]): string => labels.filter((each) => each !== '').join(', ');

const mark = (name: string, color: string, expr: string, title: string): AnnotationQueryBuilder =>
  new AnnotationQueryBuilder()
    .name(name)
    .datasource(source)
    .enable(true)
    .iconColor(color)
    .target(overTime(expr, '').refId('Anno'))
    .titleFormat(title)
    .textFormat('')
    .tagKeys('router');
