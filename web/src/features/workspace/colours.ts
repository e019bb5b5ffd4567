/**
 * How each run is drawn: colour and dash, as the view wants them. Pure; colours are tokens of the palette, so both themes and every
 * kind of eyesight are served.
 */

import { type LineStyle, RUN_COLOURS, runStyle } from '../../charts/palette'
import type { RunSet } from './runSet'

export const DASHES: readonly (readonly number[])[] = [[], [6, 3], [2, 2]]
const SEQ_COLOURS = 9
/** A run that has no value to take its colour from. */
export const NO_VALUE_COLOUR = '--line-4'

export interface StyledRun {
  id: string
  ordinal: number
  /** The group it is in, as `groupKey` names it. */
  group?: string | undefined
  value?: unknown
}

/** What a view's colours depend on beside the run itself. */
export interface ColourScale {
  /** Groups in a stable order: a group's place is its colour. */
  groups: readonly string[]
  low: number
  high: number
}

export const NO_SCALE: ColourScale = { groups: [], low: Number.NaN, high: Number.NaN }

export function styleOf(run: StyledRun, set: RunSet, scale: ColourScale = NO_SCALE): LineStyle {
  const { by = 'run', chosen, dashes } = set.colours ?? {}
  const own = runStyle(run.ordinal)
  const dash = DASHES[dashes?.[run.id] ?? -1] ?? (by === 'run' ? own.dash : [])
  const place = chosen?.[run.id]
  if (place !== undefined) return { colour: paletteColour(place), dash }
  if (by === 'group' && run.group !== undefined) return { colour: groupColour(run.group, set, scale), dash }
  if (by === 'value') return { colour: valueColour(run.value, scale), dash }
  return { colour: own.colour, dash }
}

export function groupColour(group: string, set: RunSet, scale: ColourScale): string {
  const place = set.colours?.chosen?.[group] ?? Math.max(0, scale.groups.indexOf(group)) + 1
  return paletteColour(place)
}

export function paletteColour(place: number): string {
  return `--run-${((Math.max(1, Math.floor(place)) - 1) % RUN_COLOURS) + 1}`
}

/** Low is near the panel's colour, high is far from it. */
export function valueColour(value: unknown, { low, high }: ColourScale): string {
  if (typeof value !== 'number' || !Number.isFinite(value) || !(low <= high)) return NO_VALUE_COLOUR
  const part = high > low ? (value - low) / (high - low) : 1
  const step = Math.max(0, Math.min(SEQ_COLOURS - 1, Math.floor(part * SEQ_COLOURS)))
  return `--seq-${step + 1}`
}

/** The scale over these values: what is no finite number takes no part. */
export function valueScale(values: Iterable<unknown>): Pick<ColourScale, 'low' | 'high'> {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const value of values) {
    if (typeof value !== 'number' || !Number.isFinite(value)) continue
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  return { low, high }
}
