const inOrder = (values) => [...values].sort((a, b) => a - b)

export const median = (values) => inOrder(values)[Math.floor(values.length / 2)]

/** The value that a share of them, such as 0.99, does not exceed. */
export const quantile = (values, share) =>
  inOrder(values)[Math.min(values.length - 1, Math.floor(values.length * share))]

/** Lowest and highest: runs of a shared machine have no bell curve. */
export const spread = (values) => {
  const sorted = inOrder(values)
  return [sorted[0], sorted.at(-1)]
}

/** Three digits that count. */
export const rounded = (value) => Number(value.toPrecision(3))

/** Of what was measured turn by turn: the median of the ratios of each turn, and their spread. */
export function ratioOf(ours, theirs) {
  const ratios = ours.map((value, turn) => value / theirs[turn])
  return { ratio: rounded(median(ratios)), spread: spread(ratios).map(rounded) }
}
