import { minuteText } from '../../../domain/calendar.ts';
import { total } from '../../../domain/traffic.ts';
import type { Account } from '../../../ledger/account.ts';
import { bytesIn, formatAge, formatBitRate, formatSpan } from '../../format.ts';
import type { DeviceRow, OnAir } from '../../rows/devices.ts';
import { leasesByMac, type View } from '../../view.ts';
import { bandOf, signalBars, strongestFirst } from '../devices/air.ts';
import { networksOf } from '../devices/choice.ts';
import { factList, listed } from '../frame/facts.ts';
import { type Content, type Html, html } from '../frame/html.ts';

/** What is known of a device, besides its bytes. */
export function factsCard(view: View, row: DeviceRow): Html {
  const { timezone } = view;
  const time = (instant: number) => minuteText(instant, timezone);
  const leases = leasesByMac(view);
  const names = row.isPrivate
    ? []
    : [...new Set(row.macs.flatMap((mac) => [view.books.devices.get(mac)?.name ?? [], leases.get(mac)?.hostname ?? []].flat()))];
  const ssids = row.isPrivate ? [] : [...new Set(row.macs.flatMap((mac) => view.books.devices.get(mac)?.ssid ?? []))];
  const facts: (readonly [string, Content])[] = [
    ['MAC', listed(row.macs.length === 0 ? [row.mac] : row.macs)],
    ['', row.randomized ? 'The device made its MAC up: it may come back with another one' : null],
    ['Names', listed(names.filter((name) => name !== row.name))],
    ['Addresses', listed(row.ips)],
    ['User', row.userTitle === null ? null : html`<bdi>${row.userTitle}</bdi>`],
    ['Network', listed(row.isPrivate ? [] : networksOf(view, row))],
    ['Wi-Fi', listed(ssids)],
    ['First seen', time(row.firstSeen)],
    [
      'Last seen',
      row.lastSeen === null
        ? 'not shown: the device is private'
        : html`${time(row.lastSeen)} <small>${formatAge(view.now - row.lastSeen)}</small>`,
    ],
  ];
  return html`<section class="card" aria-labelledby="facts">
<div class="top"><h2 id="facts">What is known of it</h2></div>
${factList(facts)}
</section>`;
}

/** Where it is on the air now, and what each router counted of it, by its MACs where it has several there; null where nothing is known. */
export function placesCard(view: View, { onAir }: DeviceRow, places: readonly Account[]): Html | null {
  if (onAir.length === 0 && places.length === 0) return null;
  const size = bytesIn(view.units);
  const rows = [...places].sort((a, b) => b.lastSeen - a.lastSeen);
  const isAlone = (row: Account) => rows.every((other) => other === row || other.kind !== row.kind || other.router !== row.router);
  return html`<section class="card" aria-labelledby="places">
<div class="top"><h2 id="places">Where it was counted</h2></div>
${onAir.length === 0 ? html`<p class="quiet">Not on the air now.</p>` : html`<ul class="lately">${strongestFirst(onAir).map(airLine)}</ul>`}
${
  rows.length === 0
    ? null
    : html`<table class="more stack">
<thead><tr><th scope="col">Router</th><th scope="col">Last there</th><th scope="col" class="n">This month</th><th scope="col" class="n wide">In all</th></tr></thead>
<tbody>${rows.map(
        (row) =>
          html`<tr><th scope="row"><bdi>${row.router}</bdi> <small>${row.kind === 'station' ? 'on the air' : 'behind the gateway'}${isAlone(row) ? null : html` · <bdi>${row.key}</bdi>`}</small></th><td class="result">${formatAge(view.now - row.lastSeen)}</td><td class="n">${size(total(row.month))}</td><td class="n wide">${size(total(row.total))}</td></tr>`,
      )}</tbody></table>
<p class="quiet more">On the air all bytes count, behind the gateway those to and from the Internet: the two are never added.</p>`
}
</section>`;
}

function airLine(air: OnAir): Html {
  const { router, ssid, signal, linkDownload, linkUpload, connected } = air;
  const rate =
    linkDownload === null && linkUpload === null
      ? null
      : `link ${formatBitRate(linkDownload ?? 0)} down, ${formatBitRate(linkUpload ?? 0)} up`;
  const more = [bandOf(air), signal === null ? null : `${signal} dBm`, rate, connected === null ? null : `for ${formatSpan(connected)}`];
  return html`<li>${signalBars(air)}now at <bdi>${router}</bdi>${ssid === null ? null : html` on <bdi>${ssid}</bdi>`} <small>${more.filter((each) => each !== null && each !== '').join(' · ')}</small></li>`;
}
