/** What of the network's room a connection uses. RFC 5681, RFC 6582. */
export interface Congestion {
  /** cwnd and ssthresh, in octets. */
  readonly window: number
  readonly threshold: number
  /** Acknowledgements in a row that acknowledge nothing more. */
  readonly duplicates: number
  /** In fast recovery: what was sent when it began. */
  readonly recover?: number
}

/** Three duplicates: what they wait for is lost. RFC 5681 3.2. */
export const duplicatesOfLoss = 3

/** Ten segments. RFC 6928 2. */
export const initialCongestion = (segmentSize: number): Congestion => ({
  window: 10 * segmentSize,
  threshold: Number.POSITIVE_INFINITY,
  duplicates: 0,
})

const halved = (inFlight: number, segmentSize: number) => Math.max(Math.floor(inFlight / 2), 2 * segmentSize)

/** Slow start up to the threshold, then one segment in each round trip. RFC 5681 3.1. */
export function grown(
  { window, threshold }: Congestion,
  acknowledged: number,
  segmentSize: number,
): Congestion {
  const more =
    window < threshold
      ? Math.min(acknowledged, segmentSize)
      : Math.max(1, Math.floor((segmentSize * segmentSize) / window))
  return { window: window + more, threshold, duplicates: 0 }
}

/** A timeout: from one segment on. RFC 5681 3.1. */
export const collapsed = (inFlight: number, segmentSize: number): Congestion => ({
  window: segmentSize,
  threshold: halved(inFlight, segmentSize),
  duplicates: 0,
})

/** Fast recovery begins. RFC 5681 3.2. */
export function recovering(inFlight: number, segmentSize: number, recover: number): Congestion {
  const threshold = halved(inFlight, segmentSize)
  const window = threshold + duplicatesOfLoss * segmentSize
  return { window, threshold, duplicates: duplicatesOfLoss, recover }
}

/** A further loss shows in fast recovery. RFC 6582 3.2. */
export const stillRecovering = (now: Congestion, acknowledged: number, segmentSize: number): Congestion => ({
  ...now,
  window: Math.max(now.window - acknowledged + segmentSize, segmentSize),
})

/** Fast recovery is over. */
export const recovered = ({ threshold }: Congestion): Congestion => ({
  window: threshold,
  threshold,
  duplicates: 0,
})
