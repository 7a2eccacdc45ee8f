import { closeFrame, frame } from './frames';

/** The server's close codes (docs/PROTOCOL.md, "Closing"). */
const [BAD_FRAME, LIMIT] = [4500, 4504];
/** The longest message that the server accepts, in bytes. */
const MAX_MESSAGE_BYTES = 65_536;
const HALF_A_CHARACTER = Buffer.from('é').subarray(0, 1);
/** Codes that no close frame may carry (section 7.4): below the range, reserved, unassigned, above the range. */
const BAD_CODES = [0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65_535];

export type Fault = { why: string; bytes: Buffer; code: number };

/**
 * Violations of RFC 6455 by a client. The server must fail the connection (section 7.1.7) "with an appropriate status
 * code". The RFC's own codes would be 1002, 1007 and 1009; ours are from the range for applications (section 7.4.2).
 */
export const FAULTS: Fault[] = [
  bad('a frame without a mask', frame(0x81, 'hi', false)),
  bad("an extension's bit", frame(0xc1, 'hi')),
  bad("another extension's bit", frame(0xa1, 'hi')),
  bad("a third extension's bit", frame(0x91, 'hi')),
  bad('an unassigned opcode', frame(0x83, 'hi')),
  bad('an unassigned control opcode', frame(0x8b, 'hi')),
  bad('a fragmented ping', frame(0x09, 'hi')),
  bad('a fragmented close frame', frame(0x08, Buffer.from([3, 232]))),
  bad('a ping above 125 bytes', frame(0x89, 'x'.repeat(126))),
  bad('a continuation without a beginning', frame(0x80, 'hi')),
  bad('a message inside another', frame(0x01, 'hi'), frame(0x81, 'ho')),
  bad('a text that is no UTF-8', frame(0x81, Buffer.from([0x68, 0xff]))),
  bad('half a character', frame(0x81, HALF_A_CHARACTER)),
  bad('half a character at the end of a fragment', frame(0x01, HALF_A_CHARACTER), frame(0x80, 'x')),
  bad('a surrogate', frame(0x81, Buffer.from([0xed, 0xa0, 0x80]))),
  bad('a length in too many bytes', Buffer.from([0x81, 0x80 | 126, 0, 1, 0, 0, 0, 0, 0x61])),
  bad('a length beyond 63 bits', Buffer.from([0x81, 0x80 | 127, 0x80, ...Array(11).fill(0)])),
  bad('half a close code', frame(0x88, Buffer.from([3]))),
  bad('a reason that is no UTF-8', closeFrame(1000, Buffer.from([0xff]))),
  ...BAD_CODES.map((code) => bad(`the code ${code}`, closeFrame(code))),
  long('a message that is too long', frame(0x81, 'x'.repeat(MAX_MESSAGE_BYTES + 1))),
  long('only the header of such a message', frame(0x81, 'x'.repeat(MAX_MESSAGE_BYTES + 1)).subarray(0, 14)),
  long('fragments that are too long together', frame(0x01, 'x'.repeat(MAX_MESSAGE_BYTES)), frame(0x80, 'x')),
];

function bad(why: string, ...frames: Buffer[]): Fault {
  return { why, bytes: Buffer.concat(frames), code: BAD_FRAME };
}

function long(why: string, ...frames: Buffer[]): Fault {
  return { why, bytes: Buffer.concat(frames), code: LIMIT };
}
