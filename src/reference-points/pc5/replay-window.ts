/** Which PDCP SNs of one (KD-sess, direction, LCID) were accepted: the highest and those `size` below it (R27). */
export class ReplayWindow {
  readonly #size: number
  #highest = 0
  /** Ring: the SN last accepted at place SN mod size. */
  readonly #accepted: Uint16Array

  constructor(size: number) {
    this.#size = size
    this.#accepted = new Uint16Array(size)
  }

  /** Whether `sn` (1 to 65535) is neither seen nor older than the window; changes nothing. */
  isFresh(sn: number): boolean {
    return sn + this.#size > this.#highest && this.#accepted[sn % this.#size] !== sn
  }

  /** Call it only when the MAC-I has verified. */
  accept(sn: number): void {
    this.#accepted[sn % this.#size] = sn
    this.#highest = Math.max(this.#highest, sn)
  }
}
