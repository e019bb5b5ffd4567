/** A panel of logged media as data. Pure. */

import type { Column } from '../../data/project'
import type { MediaPanel, Overlays } from '../schema'
import { MEDIA_NAMES, type MediaType, WIRE_TYPES } from './values'

export const RUNS_MOST = 10
export const KEYS_MAX = 24
export const NO_OVERLAYS: Overlays = {}

export function mediaTitle(panel: MediaPanel): string {
  if (panel.title) return panel.title
  const [first, ...rest] = panel.keys ?? []
  if (first === undefined) return panel.pattern ? `/${panel.pattern}/` : 'Media'
  return rest.length > 0 ? `${first} and ${rest.length} more` : first
}

/** The form of media that a column holds; null: it holds none. */
export function mediaTypeOf(column: Pick<Column, 'kinds'>): MediaType | null {
  for (const kind of column.kinds) {
    const found = WIRE_TYPES[kind]
    if (found) return found
  }
  // Of a form that this version does not know by name: a media panel says what it can of it.
  return column.kinds.includes('media') ? 'image' : null
}

/** Forms that a scene panel draws. */
export const SPATIAL: ReadonlySet<MediaType> = new Set(['object3D', 'scene', 'molecule'])

export const mediaKeys = (columns: readonly Column[]): { key: string; hint: string }[] =>
  columns.flatMap(column => {
    const type = column.section === 'metric' ? mediaTypeOf(column) : null
    return type ? [{ key: column.key, hint: MEDIA_NAMES[type] }] : []
  })

export interface ShownKeys {
  keys: string[]
  leftOutCount: number
  /** What is wrong with the pattern. */
  fault: string
}

/** The keys that a panel shows, each once; a pattern is looked up in `known`. */
export function shownKeys(panel: MediaPanel, known: readonly string[]): ShownKeys {
  const keys = new Set(panel.keys ?? [])
  let fault = ''
  if (panel.pattern) {
    try {
      const pattern = new RegExp(panel.pattern, 'u')
      for (const key of known) if (pattern.test(key)) keys.add(key)
    } catch (error) {
      fault = (error as Error).message.replace(/^Invalid regular expression: /, '')
    }
  } else if (keys.size === 0 && known[0] !== undefined) keys.add(known[0])
  return { keys: [...keys].slice(0, KEYS_MAX), leftOutCount: Math.max(0, keys.size - KEYS_MAX), fault }
}

/** Every `stride`th step, counted from the newest, which is always among them. */
export function strided(steps: readonly number[], stride: number): number[] {
  if (stride <= 1) return [...steps]
  return steps.filter((_, i) => (steps.length - 1 - i) % stride === 0)
}
