/** A metric in PromQL, with what before it makes one series of the copies that several jobs scraped, and the labels that this keeps. */
const READING =
  /(?<once>(?:max|min|group)(?: by \((?<by>[^)]*)\))? ?\((?:(?:rate|increase|last_over_time)\()?|and on \(job, instance\) (?:last_over_time\()?|count_values\("\w+", )?(?<![\w:])(?<metric>wrtmeter_\w+)/g;

/** Every place where an expression reads a metric of wrtmeter; `by` is null if copies of a series stay several. */
export function readings(expr: string): { metric: string; by: string[] | null }[] {
  return [...expr.matchAll(READING)].map(({ groups = {} }) => {
    const { metric = '', once, by = '' } = groups as { metric?: string; once?: string; by?: string };
    const kept = by.split(/,\s*/).filter((label) => label !== '');
    return { metric, by: once === undefined || kept.includes('job') ? null : kept };
  });
}
