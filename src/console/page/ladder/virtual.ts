import { useEffect, useRef, useState } from 'preact/hooks'
import type { RefObject } from 'preact'

/** Height of each row, in px at the default size of text. */
export const rowHeight = 28
/** Rows kept outside the view, each side. */
const margin = 20

export interface Visible {
  readonly first: number
  /** One past the last. */
  readonly end: number
}

/** Which of `count` rows of one height are in view of a scrolling element, with some on either side. */
export function useVisible(element: RefObject<HTMLElement | null>, count: number): Visible {
  const [box, setBox] = useState({ top: 0, height: 800 })
  const frame = useRef(0)
  useEffect(() => {
    const scroller = element.current
    if (!scroller) return undefined
    const measure = () => {
      frame.current = 0
      setBox({ top: scroller.scrollTop, height: scroller.clientHeight })
    }
    const later = () => {
      frame.current ||= requestAnimationFrame(measure)
    }
    scroller.addEventListener('scroll', later, { passive: true })
    const sizes = new ResizeObserver(later)
    sizes.observe(scroller)
    measure()
    return () => {
      scroller.removeEventListener('scroll', later)
      sizes.disconnect()
      cancelAnimationFrame(frame.current)
    }
  }, [element])
  const first = Math.max(0, Math.min(Math.floor(box.top / rowHeight) - margin, count - 1))
  const end = Math.min(count, Math.ceil((box.top + box.height) / rowHeight) + margin)
  return { first, end }
}

/** Width of an element in px, as it changes. */
export function useWidth(element: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0)
  useEffect(() => {
    const target = element.current
    if (!target) return undefined
    const sizes = new ResizeObserver(([entry]) => setWidth(Math.round(entry?.contentRect.width ?? 0)))
    sizes.observe(target)
    return () => sizes.disconnect()
  }, [element])
  return width
}
