import { expect } from 'chai';
import type { Notice } from '../../src/domain/people/notice.ts';
import { messageId, messageOf } from '../../src/notify/message.ts';

const notice = (key: string, text = `${key} is new.`): Notice => ({ key, kind: 'device', subject: `New: ${key}`, text, at: 0 });

describe('a message', () => {
  it('of one notice is that notice', () => {
    expect(messageOf('1', [notice('a')], null)).to.include({ title: 'New: a', text: 'a is new.' });
    expect(messageOf('1', [notice('a')], 'Cabin').title).to.equal('Cabin: New: a');
  });

  it('of many tells twenty and counts the rest, and has all in its list', () => {
    const { title, text, notices } = messageOf(
      '1',
      Array.from({ length: 37 }, (_, i) => notice(`n${i}`)),
      null,
    );
    expect(title).to.equal('37 notices: New: n0 …');
    expect(text.split('\n\n')).to.have.length(21);
    expect(text).to.match(/… and 17 more$/);
    expect(notices).to.have.length(37);
  });

  it('is never longer than the services take, and never half a character', () => {
    const long = 'ü€🍳'.repeat(2000);
    for (const message of [messageOf('1', [notice('a', long)], null), messageOf('1', [notice('a', long), notice('b', long)], null)]) {
      expect(Buffer.byteLength(message.text)).to.be.lessThan(3900);
      expect(message.text).to.include('…').and.not.include('\ufffd');
    }
    expect(messageOf('1', [notice('a', long), notice('b')], null).text).to.match(/… and 1 more$/);
  });

  it('has one id for the same notices to the same target', () => {
    expect(messageId('phone', [notice('a')])).to.equal(messageId('phone', [{ ...notice('a'), text: 'other' }]));
    expect(
      new Set([messageId('phone', [notice('a')]), messageId('mail', [notice('a')]), messageId('phone', [notice('a'), notice('b')])]),
    ).to.have.property('size', 3);
    expect(messageId('phone', [notice('a')])).to.match(/^[-_A-Za-z0-9]{1,64}$/);
  });
});
