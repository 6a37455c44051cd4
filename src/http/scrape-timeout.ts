/** Seconds of Prometheus' `X-Prometheus-Scrape-Timeout-Seconds`; null where it is missing or no time that one can wait. */
export function parseScrapeTimeout(header: string): number | null {
  const seconds = Number(header);
  return /^\d{1,6}(\.\d{1,9})?$/.test(header) && seconds > 0 ? seconds : null;
}
