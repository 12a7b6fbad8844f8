/** Identity of an integrity algorithm; EIA0 is none (R19). TS 33.401 5.1.4.2. */
export type EiaId = 1 | 2 | 3
