const inOrder = (values) => [...values].sort((a, b) => a - b)

export const median = (values) => inOrder(values)[Math.floor(values.length / 2)]

/** Lowest and highest: runs of a shared machine have no bell curve. */
export const spread = (values) => {
  const sorted = inOrder(values)
  return [sorted[0], sorted.at(-1)]
}

/** Three digits that count. */
export const rounded = (value) => Number(value.toPrecision(3))
