/** The text of a file, without its byte order mark. Editors and shells of Windows write UTF-16, and a mark before UTF-8. */
export function decodeText(bytes: Uint8Array): string {
  const encoding = encodingOf(bytes);
  // Half a character at the end is a line end that something added byte by byte.
  const whole = encoding === 'utf-8' ? bytes : bytes.subarray(0, bytes.length - (bytes.length % 2));
  return new TextDecoder(encoding, { ignoreBOM: true }).decode(whole).replace(/^\ufeff+/, '');
}

/** By its mark; without one, by where the zeros of its first two characters are, which an export writes in ASCII. */
function encodingOf([a = 1, b = 1, c = 1, d = 1]: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' {
  if ((a === 0xff && b === 0xfe) || (a !== 0 && b === 0 && c !== 0 && d === 0)) return 'utf-16le';
  if ((a === 0xfe && b === 0xff) || (a === 0 && b !== 0 && c === 0 && d !== 0)) return 'utf-16be';
  return 'utf-8';
}
