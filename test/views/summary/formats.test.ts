import { expect } from 'chai';
import { terminalOf } from '../../../src/commands/summary/terminal.ts';
import { htmlOf } from '../../../src/views/summary/html.ts';
import { markdownOf } from '../../../src/views/summary/markdown.ts';
import type { Page } from '../../../src/views/summary/page.ts';

/** Markup of every format, a control sequence, marks that turn the direction, and line ends. */
const HOSTILE =
  '<img src=x onerror="alert(1)"> & *b* [l](http://evil.example) | `c` \u001b[31m\u202ered\n# h\r\n- www.evil.example </style>';

const pageWith = (text: string): Page => ({
  title: text,
  subtitle: text,
  sections: [
    { title: null, figures: [{ name: text, value: '1 B' }], lines: [text] },
    { title: text, bars: [{ name: text, share: 1.5, isReached: true, text }] },
    {
      title: text,
      table: {
        columns: [
          { title: text, is: 'name' },
          { title: 'Total', is: 'figure' },
          { title: 'Upload', is: 'detail' },
        ],
        rows: [[text, '2 B', '1 B']],
      },
    },
  ],
  footer: text,
});

const TINY: Page = {
  title: 'November 2026',
  subtitle: '30 days',
  sections: [
    { title: null, figures: [{ name: 'Total', value: '1.00 GiB' }], lines: ['2026-11-01 to 2026-11-30: 1.00 GiB, 20 % more'] },
    { title: 'Quotas', bars: [{ name: 'line', share: 0.5, isReached: false, text: 'half' }] },
    {
      title: 'By device',
      table: {
        columns: [
          { title: 'Device', is: 'name' },
          { title: 'Download', is: 'detail' },
          { title: 'Total', is: 'figure' },
        ],
        rows: [
          ['a-very-long-name-of-a-phone', '1 B', '2 B'],
          ['1. tv', '3 B', '4 B'],
        ],
      },
    },
  ],
  footer: 'End',
};

describe('the formats of a summary', () => {
  it('Markdown', () => {
    expect(markdownOf(TINY)).to.equal(`# November 2026

30 days

- **Total:** 1.00 GiB

- 2026-11-01 to 2026-11-30: 1.00 GiB, 20 % more

## Quotas

- **line** ██████████░░░░░░░░░░  
  half

## By device

| Device | Download | Total |
| --- | --: | --: |
| a-very-long-name-of-a-phone | 1 B | 2 B |
| 1\\. tv | 3 B | 4 B |

*End*
`);
  });

  it('Markdown: no text is markup', () => {
    const shown =
      '\\<img src=x onerror="alert(1)"\\> \\& \\*b\\* \\[l\\](http\\://evil.example) \\| \\`c\\` \\[31mred\\# h- www\\.evil.example \\</style\\>';
    const text = markdownOf(pageWith(HOSTILE));
    expect(text.split('\n').filter((line) => line.startsWith('|'))).to.deep.equal([
      `| ${shown} | Total | Upload |`,
      '| --- | --: | --: |',
      `| ${shown} | 2 B | 1 B |`,
    ]);
    // Every occurrence is that one.
    expect(text.split(shown)).to.have.length(12);
    expect(text.replaceAll(shown, '')).to.not.match(/evil|img/);
    for (const [start, escaped] of [
      ['- x', '\\- x'],
      ['+ x', '\\+ x'],
      ['12) x', '12\\) x'],
      ['= x', '\\= x'],
      ['# x', '\\# x'],
      ['> x', '\\> x'],
      ['7', '7'],
      ['82.0 GiB', '82.0 GiB'],
    ] as const) {
      expect(markdownOf({ ...TINY, sections: [{ title: null, lines: [start] }] })).to.include(`\n- ${escaped}\n`);
    }
  });

  it('HTML: no text is markup, and nothing is loaded', () => {
    const text = htmlOf(pageWith(HOSTILE));
    const shown = '&lt;img src=x onerror=&quot;alert(1)&quot;&gt; &amp; *b* [l](http://evil.example)';
    expect(text.split(shown)).to.have.length(13);
    expect(text.replaceAll(shown, '')).to.not.match(/<img|<script|src=|url\(|https?:|onerror/);
    expect(text.match(/<\/style>/g)).to.have.length(1);
    expect(text)
      .to.match(/^<!doctype html>\n<html lang="en">/)
      .and.include('style="width: 100.00%"');
  });

  it('in the terminal: no control characters, and it fits', async () => {
    const text = await terminalOf(pageWith(HOSTILE), 40);
    expect(text.replaceAll('\n', '')).to.not.match(/\p{C}/u);
    for (const line of text.split('\n')) expect(line.length, line).to.be.at.most(40);
    expect(await terminalOf(TINY, 26)).to.equal(`November 2026
30 days

Total  1.00 GiB
-  2026-11-01 to
   2026-11-30: 1.00 GiB,
   20 % more

QUOTAS
line
█████████████░░░░░░░░░░░░░
half

BY DEVICE
Device               Total
a-very-long-name-o…    2 B
1. tv                  4 B
(no room for Download)

End
`);
    expect(await terminalOf(TINY, null)).to.include('a-very-long-name-of-a-phone       1 B    2 B\n');
  });
});
