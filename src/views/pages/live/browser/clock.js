/**
 * Writes times of day in a time zone; in that of the browser if it does not know the zone.
 * @param {string | undefined} timeZone
 */
export function clockOf(timeZone) {
  try {
    return new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium', timeZone });
  } catch {
    return new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });
  }
}
