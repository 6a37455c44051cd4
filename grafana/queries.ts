/** PromQL shared by several panels. Names and labels are those of docs/metrics.md. */

/** WAN series of the selected routers and uplinks. */
export const uplinks = 'router=~"$router", interface=~"$uplink"';

export const rateOf = (metric: string, labels: string, window = '$__rate_interval') => `rate(${metric}{${labels}}[${window}])`;

/** Bytes per second in both directions, summed by the given labels. */
export function bothRates(by: string, labels = '', window = '$__rate_interval', at = ''): string {
  const one = (way: string) => `sum by (${by}) (rate(wrtmeter_device_${way}_bytes_total{${labels}}[${window}]${at}))`;
  return `(${one('download')} + ${one('upload')})`;
}

/** The busiest devices of the whole time range, so that a graph shows the same devices from left to right. */
export const busiest = (count: number) => `topk(${count}, ${bothRates('mac', '', '$__range', ' @ end()')})`;

/** Bytes of the current month in both directions, by device. */
export const monthOf = (by: string, labels = '') =>
  `(sum by (${by}) (wrtmeter_device_month_download_bytes{${labels}}) + sum by (${by}) (wrtmeter_device_month_upload_bytes{${labels}}))`;

/** When the billing period of each router with a selected uplink starts or ends, in Unix seconds: the uplink's own, otherwise the site's. */
export function period(edge: 'start' | 'end'): string {
  const metric = `wrtmeter_month_${edge}_timestamp_seconds`;
  const routers = `group by (router) (wrtmeter_wan_month_download_bytes{${uplinks}})`;
  return `(${routers} * on (router) max by (router) (${metric}{router=~"$router"}) or ${routers} * on () group_left () max(${metric}{router=""}))`;
}

/** The same, by uplink. */
export const perUplink = (edge: 'start' | 'end') =>
  `(group by (router, interface) (wrtmeter_wan_month_download_bytes{${uplinks}}) * on (router) group_left () ${period(edge)})`;

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
  const used = `(sum by (router) (wrtmeter_wan_month_download_bytes{${uplinks}}) + sum by (router) (wrtmeter_wan_month_upload_bytes{${uplinks}}))`;
  const begin = `clamp_min(${period('start')}, scalar(min(wrtmeter_ledger_start_timestamp_seconds) or vector(0)))`;
  return `sum(${used} * on (router) (1 + clamp_min(${period('end')} - time(), 0) / clamp_min(time() - ${begin}, 86400)))`;
}

/** Series of the exporter's own process: Prometheus may scrape other programs with the same metric names. */
export const own = (expr: string) => `${expr} and on (job, instance) wrtmeter_build_info`;

/** 1 for each selected router whose stations were read in the last round and report associations; the classic list does not. */
export const airReported = (labels = '') =>
  `max by (router) (wrtmeter_source_success{source="stations"${labels}} == 1) and on (router) wrtmeter_router_info`;

/** Only devices with their own month series: for a device configured with several MACs, the first MAC. */
export const ofMonth = (expr: string) => `${expr} and on (mac) wrtmeter_device_month_download_bytes`;
