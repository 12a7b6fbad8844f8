/** The key of every connection of a load. */
export const presharedKey = Buffer.alloc(32, 0x6b)
