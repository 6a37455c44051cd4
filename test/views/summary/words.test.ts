import { expect } from 'chai';
import type { Traffic } from '../../../src/domain/traffic.ts';
import { bytesIn } from '../../../src/views/format.ts';
import type { Reconciliation } from '../../../src/views/reconciliation/reconciliation.ts';
import { gatewayText } from '../../../src/views/summary/words.ts';

const OWN = { kind: 'own', text: 'Always a part of it', bytes: null, known: false } as const;

function textOf(unattributed: Traffic, share: number): string[] {
  const wan = { download: 1e12, upload: 0 };
  const gateway: Reconciliation = {
    ...{ router: 'gateway', month: { start: 0, end: 31 }, from: null, wan, hosts: wan, unknown: wan },
    ...{ unattributed, share, rest: unattributed, restShare: share, hostsSince: 0, method: null, uncounted: null, reasons: [OWN] },
  };
  return gatewayText(gateway, bytesIn('iec'), 'UTC');
}

describe('what belongs to no host, in words', () => {
  it('is nothing where every byte does', () => {
    expect(textOf({ download: 0, upload: 0 }, 0)).to.deep.equal([]);
  });

  it('is not said to be 0 % where it is little', () => {
    const reason = 'Possible reason: Always a part of it';
    expect(textOf({ download: 300, upload: 12 }, 3e-10)).to.deep.equal([
      '312 B (under 0.1 %) of the uplinks of gateway belong to no host',
      reason,
    ]);
    expect(textOf({ download: -300, upload: 0 }, -3e-10)).to.deep.equal([
      'The hosts of gateway have 300 B (under 0.1 %) more than its uplinks',
      reason,
    ]);
  });
});
