import { INSTALL_SCRIPT } from '../../../domain/finding.ts';
import { answeredWith, readTwice, readTwiceWords } from '../../../domain/status.ts';
import { isZero } from '../../../domain/traffic.ts';
import type { View } from '../../view.ts';
import { type Html, html } from '../frame/html.ts';
import { placesOf } from '../router/card.ts';

/** What a person should know first: how to start, and what prevents bytes from being counted. */
export function notices(view: View): Html | null {
  const all = [clockNotice(view), writeNotice(view), twiceNotice(view), nobodyNotice(view) ?? beginningNotice(view)].filter(
    (notice) => notice !== null,
  );
  return all.length === 0 ? null : html`<div role="status">${all.map((notice) => html`<div class="notice">${notice}</div>`)}</div>`;
}

function clockNotice({ ledger }: View): Html | null {
  if (ledger.suspendedBecause === null) return null;
  return html`<p><strong>Counting is suspended:</strong> ${ledger.suspendedBecause}. Set the clock of this machine; bytes until then are counted afterwards.</p>`;
}

function writeNotice({ ledger }: View): Html | null {
  if (ledger.writeErrors === 0) return null;
  const times = ledger.writeErrors === 1 ? 'once' : `${ledger.writeErrors} times`;
  const what =
    ledger.writeFailure === null
      ? html`<strong>The ledger could not be written</strong>, ${times} since the program started. See the log.`
      : html`<strong>The last round could not be written:</strong> ${ledger.writeFailure}.`;
  return html`<p>${what} No byte is lost while the routers stay on.</p>`;
}

function twiceNotice({ routers }: View): Html | null {
  const found = readTwice(routers).map(readTwiceWords);
  return found.length === 0 ? null : html`${found.map(({ what, todo }) => html`<p><strong>${what}.</strong> ${todo}</p>`)}`;
}

/** No router is configured, and none can be read at the default address. */
function nobodyNotice({ implied, routers }: View): Html | null {
  const tried = routers.flatMap(({ sources }) => [...sources.values()]).some((source) => source.lastTried !== null);
  if (!implied || !tried || routers.some((router) => router.up)) return null;
  const places = routers.flatMap(placesOf).join(', ');
  const what = routers.some((router) => answeredWith(router) !== null)
    ? `Something answers at ${places}, but no router can be read there.`
    : `No router answers at ${places}.`;
  return html`<p><strong>${what}</strong></p>
<ul>
<li>Install the scripts on your router: <code>${INSTALL_SCRIPT} root@192.168.1.1</code></li>
<li>Or try a simulated home: <code>wrtmeter demo</code></li>
</ul>`;
}

function beginningNotice({ books, routers }: View): Html | null {
  if ([...books.accounts.values()].some((account) => !isZero(account.total))) return null;
  if (books.readers.size === 0 && routers.some((router) => [...router.sources.values()].some((source) => source.error !== null)))
    return null;
  const when = books.readers.size === 0 ? 'Nothing has been read yet.' : 'The first reading is done.';
  return html`<p><strong>${when}</strong> Counting starts with the first reading; what your routers counted before is left out. Come back in a minute.</p>`;
}
