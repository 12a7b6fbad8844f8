import type { Brand } from './brand.ts'

/** Milliseconds since 1970-01-01 UTC. */
export type Instant = Brand<number, 'Instant'>
export type Milliseconds = Brand<number, 'Milliseconds'>
export type Seconds = Brand<number, 'Seconds'>

export const Instant = (millisecondsSince1970: number): Instant => millisecondsSince1970 as Instant
export const milliseconds = (value: number): Milliseconds => value as Milliseconds
export const seconds = (value: number): Seconds => value as Seconds
export const minutes = (value: number): Seconds => (value * 60) as Seconds
export const hours = (value: number): Seconds => (value * 3600) as Seconds

export const inMilliseconds = (duration: Seconds): Milliseconds => (duration * 1000) as Milliseconds

export const later = (from: Instant, duration: Seconds): Instant => (from + duration * 1000) as Instant
export const secondsBetween = (from: Instant, to: Instant): Seconds => ((to - from) / 1000) as Seconds
export const earliest = (first: Instant, ...others: readonly Instant[]): Instant =>
  Math.min(first, ...others) as Instant
