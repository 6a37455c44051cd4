import { expect } from 'chai';
import { describeConfig } from '../../../src/config/describe.ts';
import { configOf, withText } from '../support.ts';

const HOME = 'routers: { gateway: { url: http://192.168.1.1 } }\n';

describe('tariffs of wrtmeter.yaml', () => {
  it('have windows of half hours on days of the week, and a share', async () => {
    const { tariffs } = await configOf(
      withText(`${HOME}tariffs:
  off_peak: { hours: [22:30-06:00, "12:00 - 13:00"], days: [fri-mon, wed], counts: 0.5 }
  evening: { hours: 20:00-22:00 }
`),
    );
    expect(tariffs).to.deep.equal([
      {
        name: 'off_peak',
        windows: [
          { days: [0, 2, 4, 5, 6], from: 45, to: 12 },
          { days: [0, 2, 4, 5, 6], from: 24, to: 26 },
        ],
        counts: 0.5,
      },
      { name: 'evening', windows: [{ days: [0, 1, 2, 3, 4, 5, 6], from: 40, to: 44 }], counts: 1 },
    ]);
  });

  it('are described by wrtmeter check, and have no line where there are none', async () => {
    const text = describeConfig(await configOf(withText(`${HOME}tariffs: { off_peak: { hours: 00:00-07:00, days: mon-fri, counts: 0 } }`)));
    expect(text).to.match(/^tariff off_peak +00:00-07:00 on mon, tue, wed, thu, fri; counts 0$/m);
    expect(describeConfig(await configOf(withText(HOME)))).to.not.match(/tariff/);
  });
});
