/** Identity of a ciphering algorithm. TS 33.401 5.1.3.2. */
export type EeaId = 0 | 1 | 2 | 3
