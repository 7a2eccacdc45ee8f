import { frame, goodbye } from './frames';

/** How the server answers (docs/PROTOCOL.md, "Ending"). */
const [BAD_FRAME, LIMIT] = [4500, 4504];
/** The longest message that it takes, in bytes. */
const MOST = 65_536;
const HALF_A_LETTER = Buffer.from('é').subarray(0, 1);
/** Codes that no close frame carries (section 7.4): below all, for the inside of a program, of no registry, above all. */
const BAD_CODES = [0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65_535];

export type Fault = { why: string; bytes: Buffer; code: number };

/**
 * Whatever RFC 6455 lets no client do. The connection must be failed (section 7.1.7) "with an appropriate status code":
 * its own for all these would be 1002, 1007 and 1009; ours are of the range that it gives to applications (section 7.4.2).
 */
export const FAULTS: Fault[] = [
  bad('a frame without a mask', frame(0x81, 'hi', false)),
  bad("an extension's bit", frame(0xc1, 'hi')),
  bad("another extension's bit", frame(0xa1, 'hi')),
  bad("a third extension's bit", frame(0x91, 'hi')),
  bad("an opcode of nobody's", frame(0x83, 'hi')),
  bad("a control opcode of nobody's", frame(0x8b, 'hi')),
  bad('a ping in parts', frame(0x09, 'hi')),
  bad('a goodbye in parts', frame(0x08, Buffer.from([3, 232]))),
  bad('a ping above 125 bytes', frame(0x89, 'x'.repeat(126))),
  bad('a continuation without a beginning', frame(0x80, 'hi')),
  bad('a message inside another', frame(0x01, 'hi'), frame(0x81, 'ho')),
  bad('a text that is no UTF-8', frame(0x81, Buffer.from([0x68, 0xff]))),
  bad('half a letter', frame(0x81, HALF_A_LETTER)),
  bad('half a letter before a border', frame(0x01, HALF_A_LETTER), frame(0x80, 'x')),
  bad('a surrogate', frame(0x81, Buffer.from([0xed, 0xa0, 0x80]))),
  bad('a length told in too many bytes', Buffer.from([0x81, 0x80 | 126, 0, 1, 0, 0, 0, 0, 0x61])),
  bad('a length beyond 63 bits', Buffer.from([0x81, 0x80 | 127, 0x80, ...Array(11).fill(0)])),
  bad('half a code', frame(0x88, Buffer.from([3]))),
  bad('a reason that is no UTF-8', goodbye(1000, Buffer.from([0xff]))),
  ...BAD_CODES.map((code) => bad(`the code ${code}`, goodbye(code))),
  long('a message that is too long', frame(0x81, 'x'.repeat(MOST + 1))),
  long('the mere beginning of one', frame(0x81, 'x'.repeat(MOST + 1)).subarray(0, 14)),
  long('parts that are too long together', frame(0x01, 'x'.repeat(MOST)), frame(0x80, 'x')),
];

function bad(why: string, ...frames: Buffer[]): Fault {
  return { why, bytes: Buffer.concat(frames), code: BAD_FRAME };
}

function long(why: string, ...frames: Buffer[]): Fault {
  return { why, bytes: Buffer.concat(frames), code: LIMIT };
}
