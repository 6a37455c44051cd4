import { type Finding, GRADES } from '../../domain/finding.ts';
import { printable } from '../common/text.ts';

/** The worst first; of one grade in the order in which they were found. */
export const worstFirst = (findings: readonly Finding[]): Finding[] =>
  [...findings].sort((a, b) => GRADES.indexOf(a.grade) - GRADES.indexOf(b.grade));

export const isSerious = ({ grade }: Finding): boolean => grade !== 'advice';

/** Two lines each: what was found, and what to do. */
export function findingsText(findings: readonly Finding[]): string {
  const width = Math.max(...GRADES.map((grade) => grade.length));
  return findings
    .map(({ grade, router, what, todo }) => {
      const whose = router === null ? '' : `${router}: `;
      return `${grade.padEnd(width)}  ${printable(`${whose}${what}`)}\n${' '.repeat(width)}  ${printable(todo)}\n`;
    })
    .join('\n');
}

/** What it comes to, on one line. */
export function verdictText(findings: readonly Finding[]): string {
  const serious = findings.filter(isSerious).length;
  const advice = findings.length - serious;
  const pieces = advice === 1 ? 'one piece of advice' : `${advice} pieces of advice`;
  if (serious === 0) return advice === 0 ? 'All is well' : `Nothing is wrong; ${pieces}`;
  const things = serious === 1 ? 'One thing to do' : `${serious} things to do`;
  return advice === 0 ? things : `${things}, and ${pieces}`;
}
