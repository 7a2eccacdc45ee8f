const MASK = Buffer.from([0xa1, 0x02, 0xf3, 0x44]);

/** Encodes a client's frame (RFC 6455, section 5.2). `first` is its first byte: the FIN bit and the opcode. */
export function frame(first: number, payload: string | Buffer, masked = true): Buffer {
  const bytes = Buffer.from(payload);
  const bit = masked ? 0x80 : 0;
  const data = masked ? bytes.map((byte, index) => byte ^ MASK[index % 4]) : bytes;
  return Buffer.concat([Buffer.from([first]), lengthOf(bytes.length, bit), masked ? MASK : Buffer.alloc(0), data]);
}

function lengthOf(length: number, bit: number): Buffer {
  if (length < 126) return Buffer.from([bit | length]);
  if (length < 0x1_0000) return Buffer.from([bit | 126, length >> 8, length & 0xff]);
  const wide = Buffer.alloc(9, bit | 127);
  wide.writeBigUInt64BE(BigInt(length), 1);
  return wide;
}

/** Encodes a close frame. */
export function closeFrame(code: number, reason: string | Buffer = ''): Buffer {
  return frame(0x88, Buffer.concat([Buffer.from([code >> 8, code & 0xff]), Buffer.from(reason)]));
}
