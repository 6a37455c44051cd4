import { dayText } from '../../domain/calendar.ts';
import type { Notice } from '../../domain/people/notice.ts';
import { type Message, messageId } from '../../notify/message.ts';
import type { TargetConfig } from '../../notify/target.ts';
import { htmlOf } from '../../views/summary/html.ts';
import { pageOf } from '../../views/summary/page.ts';
import type { Summary } from '../../views/summary/summary.ts';
import { printable } from '../common/text.ts';
import { terminalOf } from './terminal.ts';

/** Characters in a line of the text of a mail. */
const ROOM = 76;

/** Makes the mail of a summary, as text and HTML, for each target. */
export async function summaryMail(summary: Summary): Promise<(target: TargetConfig) => Message> {
  const page = pageOf(summary);
  const [text, html] = [(await terminalOf(page, ROOM)).trimEnd(), htmlOf(page)];
  // Each call sends a new mail: mail programs show one with the same id once.
  const key = `summary ${dayText(summary.period.days.start)} ${summary.madeAt}`;
  const notice: Notice = { key, kind: 'summary', subject: page.title, text, at: summary.madeAt };
  return ({ name, title: before }) => {
    const title = printable(`${before === null ? '' : `${before}: `}${page.title}`);
    return { id: messageId(name, [notice]), title, text, html, notices: [notice] };
  };
}
