/** Pieces of PromQL that several panels share. Names and labels are those of docs/metrics.md. */

/** WAN series of the routers and uplinks the reader selected. */
export const uplinks = 'router=~"$router", interface=~"$uplink"';

export const rateOf = (metric: string, labels: string, window = '$__rate_interval') => `rate(${metric}{${labels}}[${window}])`;

/** Bytes a second of both directions, summed by the given labels. */
export function bothRates(by: string, labels = '', window = '$__rate_interval', at = ''): string {
  const one = (way: string) => `sum by (${by}) (rate(wrtmeter_device_${way}_bytes_total{${labels}}[${window}]${at}))`;
  return `(${one('download')} + ${one('upload')})`;
}

/** The busiest devices of the whole time range, so that a chart shows the same ones from its left edge to its right. */
export const busiest = (count: number) => `topk(${count}, ${bothRates('mac', '', '$__range', ' @ end()')})`;

/** Bytes of the running month in both directions, by device. */
export const monthOf = (by: string, labels = '') =>
  `(sum by (${by}) (wrtmeter_device_month_download_bytes{${labels}}) + sum by (${by}) (wrtmeter_device_month_upload_bytes{${labels}}))`;

/** When the billing period of each router with a selected uplink starts or ends, in Unix seconds: the uplink's own, else the site's. */
export function period(edge: 'start' | 'end'): string {
  const metric = `wrtmeter_month_${edge}_timestamp_seconds`;
  const routers = `group by (router) (wrtmeter_wan_month_download_bytes{${uplinks}})`;
  return `(${routers} * on (router) max by (router) (${metric}{router=~"$router"}) or ${routers} * on () group_left () max(${metric}{router=""}))`;
}

/** The same by uplink. */
export const perUplink = (edge: 'start' | 'end') =>
  `(group by (router, interface) (wrtmeter_wan_month_download_bytes{${uplinks}}) * on (router) group_left () ${period(edge)})`;

/**
 * First or last day of a billing period as a moment in milliseconds: noon of it, not midnight, so that a reader up to eleven time zones
 * away from the meter still sees the meter's date. The end itself is the first moment after the period.
 */
export const firstDay = (start: string) => `(${start} + 43200) * 1000`;
export const lastDay = (end: string) => `(${end} - 43200) * 1000`;

/** The value all series agree on; nothing where they differ. */
export const agreed = (expr: string) => `max(${expr}) and stddev(${expr}) == 0`;

/**
 * Bytes at the end of the period if the rest of it goes on like what was counted of it, summed over the routers. It begins where counting
 * began, if that was inside the period; less than a day is taken as a day, so that the first hours guess low rather than wild.
 */
export function atThisPace(): string {
  const used = `(sum by (router) (wrtmeter_wan_month_download_bytes{${uplinks}}) + sum by (router) (wrtmeter_wan_month_upload_bytes{${uplinks}}))`;
  const begin = `clamp_min(${period('start')}, scalar(min(wrtmeter_ledger_start_timestamp_seconds) or vector(0)))`;
  return `sum(${used} * on (router) (1 + clamp_min(${period('end')} - time(), 0) / clamp_min(time() - ${begin}, 86400)))`;
}

/** Series of the exporter's own process: Prometheus may scrape other programs with metrics of the same names. */
export const own = (expr: string) => `${expr} and on (job, instance) wrtmeter_build_info`;

/** 1 for each selected router whose stations were read in the last round and tell whether they are on the air; the classic list does not. */
export const airTold = (labels = '') =>
  `max by (router) (wrtmeter_source_success{source="stations"${labels}} == 1) and on (router) wrtmeter_router_info`;

/** Only devices with a month of their own: of a device configured with several MACs, the first. */
export const ofMonth = (expr: string) => `${expr} and on (mac) wrtmeter_device_month_download_bytes`;
