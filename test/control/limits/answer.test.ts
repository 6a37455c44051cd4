import { expect } from 'chai';
import fc from 'fast-check';
import { parseAnswer } from '../../../src/control/limits/answer.ts';

const ANSWER = `wrtmeter-limits 1
found 1
limit user_kids active 1234 5
limit device_x refused Flow offloading is on
note Which networks are at home is not known
result ok changed
`;

describe('the answer to wanted limits', () => {
  it('has what became of each limit', () => {
    const answer = parseAnswer(ANSWER);
    if (answer?.ok !== true) return expect.fail('not parsed');
    const { limits, ...rest } = answer;
    expect(rest).to.deep.equal({ ok: true, changed: true, found: 1, notes: ['Which networks are at home is not known'] });
    expect([...limits]).to.deep.equal([
      ['user_kids', { state: 'active', dropped: { download: 1234, upload: 5 } }],
      ['device_x', { state: 'refused', why: 'Flow offloading is on' }],
    ]);
    expect(parseAnswer(`Welcome!\n${ANSWER}`)).to.deep.equal(answer);
  });

  it('may be a failure with its step', () => {
    expect(parseAnswer('wrtmeter-limits 1\nresult failed lock This needs root\n')).to.deep.equal({
      ok: false,
      step: 'lock',
      reason: 'This needs root',
    });
  });

  it('is incomplete wherever it was cut', () => {
    for (let length = 0; length < ANSWER.length; length += 1) expect(parseAnswer(ANSWER.slice(0, length)), String(length)).to.equal(null);
    for (const text of ['', 'result ok changed\n', 'wrtmeter-limits 2\nresult ok changed\n', `${ANSWER}more\n`])
      expect(parseAnswer(text)).to.equal(null);
  });

  it('of a hostile router is bounded, and shows nothing that moves a cursor or may be a key', () => {
    const line = `note \u001b[31m${'A'.repeat(43)}= ${'x'.repeat(5000)}`;
    const answer = parseAnswer(`wrtmeter-limits 1\n${`${line}\n`.repeat(40)}limit a active 99999999999999999999 0\nresult ok changed\n`);
    if (answer?.ok !== true) return expect.fail('not parsed');
    expect(answer.notes).to.have.length(8);
    expect(answer.notes[0]?.length).to.be.below(310);
    expect(answer.notes[0]).to.match(/^ ?\[31m\(hidden\) x/);
    expect(answer.limits.size).to.equal(0);
    expect(parseAnswer(`wrtmeter-limits 1\n${'found 1\n'.repeat(2000)}result ok changed\n`)).to.equal(null);
    expect(parseAnswer(`wrtmeter-limits 1\n${`${'x'.repeat(1000)}\n`.repeat(300)}result ok changed\n`)).to.equal(null);
    const lines = fc.array(
      fc.oneof(fc.string(), fc.constantFrom('limit __proto__ active 1 2', 'limit a refused', 'found -1', 'note', 'result ok')),
    );
    fc.assert(fc.property(lines, (all) => void parseAnswer(`wrtmeter-limits 1\n${all.join('\n')}\nresult ok unchanged\n`)));
  });
});
