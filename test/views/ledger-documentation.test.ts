import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { AUDIT_KINDS } from '../../src/views/audit-words.ts';

const TEXT = readFileSync(join(import.meta.dirname, '../../docs/use/ledger.md'), 'utf8');

describe('docs/use/ledger.md', () => {
  it('says what happened and what to do for every kind of audit row', () => {
    const documented = [...TEXT.matchAll(/^\| `(\w+)` \| [^|]{20,} \| [^|]{7,} \|$/gm)].map(([, kind]) => kind);
    expect(documented).to.deep.equal([...AUDIT_KINDS]);
  });

  it('its tables have the columns of the program', () => {
    expect(TEXT).to.match(/^ +Month +Download +Upload +Total +Most by$/m);
    expect(TEXT).to.match(/^ +When +Kind +Router +What +Bytes +Why$/m);
  });
});
