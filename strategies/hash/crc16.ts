/**
 * CRC16/XMODEM: polynomial 0x1021, initial value 0, no reflection. The hash of Redis Cluster's key slots
 * (Redis Cluster specification, appendix A; src/crc16.c). Check value: "123456789" -> 0x31c3.
 */
const table = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1;
  return crc;
});

/** In [0, 2^16). */
export function crc16(bytes: Uint8Array, start: number, end: number): number {
  let crc = 0;
  for (let i = start; i < end; i++) crc = ((crc << 8) & 0xffff) ^ table[(crc >>> 8) ^ bytes[i]!]!;
  return crc;
}
