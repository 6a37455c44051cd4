import { type Finding, GRADES } from '../../domain/finding.ts';
import { count } from '../../errors.ts';
import { printable } from '../common/text.ts';

/** Sorts by grade, worst first; keeps the order within a grade. */
export const worstFirst = (findings: readonly Finding[]): Finding[] =>
  [...findings].sort((a, b) => GRADES.indexOf(a.grade) - GRADES.indexOf(b.grade));

export const isSerious = ({ grade }: Finding): boolean => grade !== 'advice';

/** Two lines per finding: what was found, and what to do. */
export function findingsText(findings: readonly Finding[]): string {
  const width = Math.max(...GRADES.map((grade) => grade.length));
  return findings
    .map(({ grade, router, what, todo }) => {
      const whose = router === null ? '' : `${router}: `;
      return `${grade.padEnd(width)}  ${printable(`${whose}${what}`)}\n${' '.repeat(width)}  ${printable(todo)}\n`;
    })
    .join('\n');
}

/** The result on one line. */
export function verdictText(findings: readonly Finding[]): string {
  const serious = findings.filter(isSerious).length;
  const problems = serious === 0 ? 'No problems' : count(serious, 'problem');
  const advice = findings.length - serious;
  if (advice > 0) return `${problems}, ${count(advice, 'suggestion')}`;
  return serious === 0 ? 'No problems found' : problems;
}
