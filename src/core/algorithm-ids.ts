/** Identity of a ciphering algorithm; 0 is none. TS 33.401 5.1.3.2. */
export type EeaId = 0 | 1 | 2 | 3
/** Identity of an integrity algorithm; none is not allowed here (R19). TS 33.401 5.1.4.2. */
export type EiaId = 1 | 2 | 3
