/** TCP sequence numbers are 32 bits and go round. RFC 9293 3.4. */
export const advanced = (sequence: number, by: number): number => (sequence + by) >>> 0

/** How far `later` is ahead of `earlier`, negative when it is behind. */
export const distance = (earlier: number, later: number): number => (later - earlier) | 0

export const isBefore = (a: number, b: number): boolean => distance(a, b) > 0
