import { dayText, instantText, type Month } from '../../domain/calendar.ts';
import { quotaJson } from '../api-v1/quotas.ts';
import { reconciliationJson } from '../api-v1/reconciliation.ts';
import { usageJson } from '../api-v1/usage-json.ts';
import { bytesIn } from '../format.ts';
import type { UsageChange } from './changes.ts';
import { missingText } from './missing.ts';
import type { Summary } from './summary.ts';

/** `wrtmeter summary --format json`: every row, where the other formats shorten lists. */
export function summaryJson(summary: Summary) {
  const { period, running, madeAt, timezone, units, until, user, countedBy, used, compared, firstDay } = summary;
  return {
    ...{ ...daysJson(period.days), running, until: dayText(until), made_at: instantText(madeAt), timezone },
    user: user === null ? null : { user: user.name, name: user.title, private: user.isPrivate },
    counted_by: countedBy,
    counted_since: firstDay === null ? null : dayText(firstDay),
    ...usageJson(used),
    compared:
      compared === null ? null : { days: daysJson(compared.days), before: daysJson(compared.before), ...changeJson(compared.change) },
    quotas: summary.quotas.map(quotaJson),
    users: summary.users.map(({ name, title, isPrivate, devices, peers, used: own, peerBytes, share, change }) => ({
      ...{ user: name, name: title, private: isPrivate, devices, peers },
      ...usageJson(own),
      ...{ peer_download_bytes: peerBytes.download, peer_upload_bytes: peerBytes.upload },
      ...{ share: rounded(share), ...changeJson(change) },
    })),
    devices: summary.devices.map(({ mac, name, isPrivate, user: owner, used: own, share, change }) => ({
      ...{ mac, name, private: isPrivate, user: owner },
      ...usageJson(own),
      ...{ share: rounded(share), ...changeJson(change) },
    })),
    peers: summary.peers.map(({ router, interface: on, publicKey, name, bytes }) => ({
      ...{ router, interface: on, public_key: publicKey, name, download_bytes: bytes.download, upload_bytes: bytes.upload },
    })),
    tariffs: summary.tariffs.map(({ tariff, bytes }) => ({ tariff, download_bytes: bytes.download, upload_bytes: bytes.upload })),
    missing: summary.missing.map((row) => ({
      ...{ kind: row.kind, router: orNull(row.router), source: orNull(row.source), times: row.times },
      refused_bytes: row.refused?.total ?? null,
      text: missingText(row, bytesIn(units)),
    })),
    missing_is_cut: summary.auditIsCut,
    ...reconciliationJson(summary.gateways),
  };
}

const daysJson = ({ start, end }: Month) => ({ start: dayText(start), end: dayText(end) });

/** Bytes in the days that are compared, and in those before; null: not compared. */
const changeJson = (change: UsageChange | null) => ({
  compared_bytes: change?.now ?? null,
  before_bytes: change?.before ?? null,
});

const orNull = (text: string): string | null => (text === '' ? null : text);

const rounded = (share: number | null): number | null => (share === null ? null : Math.round(share * 1e4) / 1e4);
