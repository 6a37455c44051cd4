import { shown } from '../world/counter.ts';
import { type CountingState, countersAt, type HostElement, uncountedBytes } from '../world/counting.ts';
import type { RouterState } from '../world/state.ts';

/** The section `hosts` of wrtmeter.cgi's answer: no lines where nothing counts hosts, one where what should count them is gone. */
export function hostsSection({ counting, bootedAt }: RouterState, now: number): string[] {
  if (counting === null) return [];
  if (!counting.there) return [`failed hosts ${missing(counting)}`];
  const uncounted = uncountedBytes(counting);
  return [
    'begin hosts',
    `counting ${run(counting, bootedAt)}`,
    ...counting.spec.networks.map(([name, device]) => `network ${name} ${device}`),
    ...countersAt(counting, now).map(hostLine),
    uncounted === null ? 'uncounted - -' : `uncounted ${uncounted.download} ${uncounted.upload}`,
    'end hosts',
  ];
}

function missing({ spec }: CountingState): string {
  switch (spec.method) {
    case 'nftables':
      return 'the nftables table "inet wrtmeter" is missing; make it with "/etc/init.d/wrtmeter start"';
    case 'iptables':
      return 'the iptables chain "wrtmeter_upload" is missing; make it with "/etc/init.d/wrtmeter start"';
    case 'nlbwmon':
      return 'nlbwmon runs but does not answer "nlbw -c json"';
    default:
      return spec.method satisfies never;
  }
}

function run({ spec, handle, period, startedAt }: CountingState, bootedAt: number): string {
  switch (spec.method) {
    case 'nftables':
      return `nftables ${handle} -`;
    case 'iptables':
      return 'iptables - -';
    case 'nlbwmon':
      // Clock ticks are hundredths of a second.
      return `nlbwmon ${period} ${Math.max(0, Math.floor((startedAt - bootedAt) / 10))}`;
    default:
      return spec.method satisfies never;
  }
}

function hostLine({ counts, mac, ip, counter }: HostElement): string {
  const { download, upload } = shown(counter);
  switch (counts) {
    case 'upload':
      return `up ${mac ?? '-'} ${ip} ${upload}`;
    case 'download':
      return `down ${ip} ${download}`;
    case 'both':
      return `both ${mac ?? '-'} ${ip} ${download} ${upload}`;
    default:
      return counts satisfies never;
  }
}
