/** PromQL shared by several panels. Names and labels are those of docs/metrics.md. */
import { one, present, rateOf } from './series.ts';

/** WAN series of the selected routers and uplinks. */
export const uplinks = 'router=~"$router", interface=~"$uplink"';

/** Bytes per second in both directions, summed by the given labels; of a device without directions, those in one figure. */
export function bothRates(by: string, window = '$__rate_interval', at = ''): string {
  const sum = (figure: string) => `sum by (${by}) (${rateOf(`wrtmeter_device_${figure}_bytes_total`, '', window, at)})`;
  return `(${sum('download')} + ${sum('upload')} or ${sum('undirected')})`;
}

/** The busiest devices of the whole time range, so that a graph shows the same devices from left to right. */
export const busiest = (count: number) => `topk(${count}, ${bothRates('mac', '$__range', ' @ end()')})`;

/** All bytes of the current month by device, each once. */
export const monthOf = (labels = '', by = 'mac') => allOf((figure) => one(`wrtmeter_device_month_${figure}_bytes`, labels, by));

/** The same by user. */
export const monthOfUsers = () => allOf((figure) => one(`wrtmeter_user_month_${figure}_bytes`));

/** Only what has some bytes without a direction has a total of its own. */
const allOf = (month: (figure: string) => string) => `(${month('total')} or (${month('download')} + ${month('upload')}))`;

/** When the billing period of each router with a selected uplink starts or ends, in Unix seconds: the uplink's own, otherwise the site's. */
export function period(edge: 'start' | 'end'): string {
  const metric = `wrtmeter_month_${edge}_timestamp_seconds`;
  const routers = present('wrtmeter_wan_month_download_bytes', uplinks, 'router');
  return `(${routers} * on (router) ${one(metric, 'router=~"$router"')} or ${routers} * on () group_left () ${one(metric, 'router=""', '')})`;
}

/** The same, by uplink. */
export const perUplink = (edge: 'start' | 'end') =>
  `(${present('wrtmeter_wan_month_download_bytes', uplinks, 'router, interface')} * on (router) group_left () ${period(edge)})`;

/**
 * First or last day of a billing period as a timestamp in milliseconds: noon, not midnight, so that a browser up to eleven time zones
 * away from the exporter still shows the exporter's date. The end itself is the first moment after the period.
 */
export const firstDay = (start: string) => `(${start} + 43200) * 1000`;
export const lastDay = (end: string) => `(${end} - 43200) * 1000`;

/** The value that all series share; nothing if they differ. */
export const agreed = (expr: string) => `max(${expr}) and stddev(${expr}) == 0`;

/**
 * Estimated bytes at the end of the period if usage continues at the same pace, summed over the routers. The pace is measured from the
 * start of counting if that was inside the period. Less than a day is treated as a day, so that the estimate of the first hours is low, not wild.
 */
export function atThisPace(): string {
  const month = (way: string) => `sum by (router) (${one(`wrtmeter_wan_month_${way}_bytes`, uplinks)})`;
  const begin = `clamp_min(${period('start')}, scalar(${one('wrtmeter_ledger_start_timestamp_seconds')} or vector(0)))`;
  return `sum((${month('download')} + ${month('upload')}) * on (router) (1 + clamp_min(${period('end')} - time(), 0) / clamp_min(time() - ${begin}, 86400)))`;
}

/** 1 for each router whose stations were read in the last round and report associations; the classic list does not. */
export const airReported = (labels = '') =>
  `${one('wrtmeter_source_success', `source="stations"${labels}`, 'router')} == 1 and on (router) ${present('wrtmeter_router_info', '', 'router')}`;

/** What of `expr` is above zero; where nothing is, a zero that is called "none" in `label`, if `seen` has a value: a chart then says so. */
export const orSayNone = (expr: string, label: string, seen: string) =>
  `${expr} > 0 or on () label_replace(0 * max(${seen}), "${label}", "none", "", "")`;

/** Only devices with their own month series: for a device configured with several MACs, the first MAC. */
export const ofMonth = (expr: string) =>
  `${expr} and on (mac) (${present('wrtmeter_device_month_download_bytes', '', 'mac')} or ${present('wrtmeter_device_month_total_bytes', '', 'mac')})`;
