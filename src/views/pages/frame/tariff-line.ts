import type { Month } from '../../../domain/calendar.ts';
import { total } from '../../../domain/traffic.ts';
import type { Account } from '../../../ledger/account.ts';
import { bytesIn } from '../../format.ts';
import { monthParts } from '../../rows/tariffs.ts';
import type { View } from '../../view.ts';
import { type Html, html } from './html.ts';

/** The month of accounts by tariff; null without tariffs. `month`: that of all of them; left out, each has its own. */
export function tariffLine(view: View, accounts: readonly Account[], month?: Month): Html | null {
  const parts = monthParts(view, accounts, month);
  if (parts.length < 2) return null;
  const words = parts.map(({ tariff, bytes }) => `${tariff.replaceAll('_', ' ')} ${bytesIn(view.units)(total(bytes))}`);
  return html`<p class="quiet">${words.join(' · ')}</p>`;
}
