// A ZIP of files as they are. Photos are packed already, so nothing is compressed; a library for
// that would cost a fifth of what this page may weigh.

const TABLE = new Uint32Array(256).map((_, byte) => {
  let sum = byte;
  for (let bit = 0; bit < 8; bit += 1) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
  return sum;
});

function checksum(bytes) {
  let sum = 0xffffffff;
  for (const byte of bytes) sum = TABLE[(sum ^ byte) & 0xff] ^ (sum >>> 8);
  return (sum ^ 0xffffffff) >>> 0;
}

/** Little-endian numbers, each with how many bytes it takes. */
function numbers(...pairs) {
  const bytes = new Uint8Array(pairs.reduce((sum, [, size]) => sum + size, 0));
  let at = 0;
  for (const [value, size] of pairs) {
    for (let byte = 0; byte < size; byte += 1) bytes[at + byte] = Math.floor(value / 256 ** byte) % 256;
    at += size;
  }
  return bytes;
}

const VERSION = 20, UTF8 = 0x0800, STORED = 0;

function clock(at) {
  const time = (at.getHours() << 11) | (at.getMinutes() << 5) | (at.getSeconds() >> 1);
  return [time, ((at.getFullYear() - 1980) << 9) | ((at.getMonth() + 1) << 5) | at.getDate()];
}

/** `[[name, bytes], …]` as one Blob. */
export function zip(files, at) {
  const [time, day] = clock(at);
  const body = [], list = [];
  let offset = 0, listed = 0;
  for (const [name, bytes] of files) {
    const called = new TextEncoder().encode(name);
    const facts = [[UTF8, 2], [STORED, 2], [time, 2], [day, 2], [checksum(bytes), 4], [bytes.length, 4], [bytes.length, 4], [called.length, 2], [0, 2]];
    const head = numbers([0x04034b50, 4], [VERSION, 2], ...facts);
    const entry = numbers([0x02014b50, 4], [VERSION, 2], [VERSION, 2], ...facts, [0, 2], [0, 2], [0, 2], [0, 4], [offset, 4]);
    body.push(head, called, bytes);
    list.push(entry, called);
    offset += head.length + called.length + bytes.length;
    listed += entry.length + called.length;
  }
  const end = numbers([0x06054b50, 4], [0, 2], [0, 2], [files.length, 2], [files.length, 2], [listed, 4], [offset, 4], [0, 2]);
  return new Blob([...body, ...list, end], { type: "application/zip" });
}
